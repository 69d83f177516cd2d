"""Writes the tensors of a trained part as one file."""

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save
from torch import Tensor, nn

from sfbench import store
from sfbench.model.training.halves import halve, halved_state


def save_part(networks: Mapping[str, nn.Module], path: Path, *, half: bool) -> Path:
    """Write a part and return its file; in half precision, the part is rounded to what is written.

    A frame adapter's file is one that stock diffusers' `load_ip_adapter` reads.

    Args:
        networks: Its networks, by what the names of their tensors begin with.
        path: The file, `….safetensors`.
        half: Whether kernels, matrices and embeddings are stored in half precision.
    """
    tensors: dict[str, Tensor] = {}
    for begin, network in networks.items():
        if half:
            halve(network)
        state = halved_state(network) if half else network.state_dict()
        tensors |= {begin + name: state[name].detach().cpu().contiguous() for name in state}
    store.write_bytes(path, save(tensors))
    return path
