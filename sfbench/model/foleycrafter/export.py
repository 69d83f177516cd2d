"""Adapters as files that stock diffusers reads: IP-Adapter's layout and a ControlNet's folder."""

from pathlib import Path

from diffusers import ControlNetModel

from sfbench import store
from sfbench.model.foleycrafter.adapter import FrameAdapter


def export_frame_adapter(adapter: FrameAdapter, path: Path) -> None:
    """Write an adapter that `load_ip_adapter` reads, in safetensors.

    Args:
        adapter: The adapter.
        path: The file, `….safetensors`.
    """
    from safetensors.torch import save_file

    state = {key: value.detach().contiguous() for key, value in adapter.state_dict().items()}
    with store.replacing(path) as partial:
        save_file(state, partial)


def export_temporal_adapter(controlnet: ControlNetModel, folder: Path) -> Path:
    """Write a ControlNet that `ControlNetModel.from_pretrained` reads; return its weights' file."""
    controlnet.save_pretrained(folder, safe_serialization=True)
    return folder / "diffusion_pytorch_model.safetensors"
