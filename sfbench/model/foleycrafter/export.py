"""The temporal adapter as a folder that stock diffusers reads."""

from pathlib import Path

from diffusers import ControlNetModel


def export_temporal_adapter(controlnet: ControlNetModel, folder: Path) -> Path:
    """Write a ControlNet that `ControlNetModel.from_pretrained` reads; return its weights' file."""
    controlnet.save_pretrained(folder, safe_serialization=True)
    return folder / "diffusion_pytorch_model.safetensors"
