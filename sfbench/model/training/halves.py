"""Kernels, matrices and embeddings in half precision, for a smaller file."""

import torch
from torch import Tensor, nn


@torch.no_grad()
def halve(network: nn.Module) -> None:
    """Round kernels, matrices and embeddings to what half precision holds.

    Buffers (mel bands, window, statistics), gains and offsets stay as they are.
    """
    for value in network.parameters():
        if value.ndim > 1:
            value.copy_(value.half())


def halved_state(network: nn.Module) -> dict[str, Tensor]:
    """Return a network's tensors, those that `halve` rounds in half precision."""
    halved = {name for name, value in network.named_parameters() if value.ndim > 1}
    return {
        name: (value.half() if name in halved else value).contiguous()
        for name, value in network.state_dict().items()
    }
