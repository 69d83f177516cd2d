"""The trainer `text-to-audio`: the base model, a UNet that paints what a text says.

Source: Xue et al., arXiv 2401.01044.
"""

from pathlib import Path
from typing import Any

from sfbench.model.settings import checked
from sfbench.model.tuning.denoiser import Drops
from sfbench.model.tuning.denoising import train_denoising
from sfbench.model.tuning.materials import gather
from sfbench.model.tuning.settings import DenoisingSettings
from sfbench.progress import Watch

NAME = "text-to-audio"


def train_text_to_audio(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `text-to-audio*` into `out`.

    Args:
        given: The recipe's settings; see `DenoisingSettings`.
        out: Where the UNet and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: Settings, weights or data cannot be used, or `out` holds a training that was
            begun and `resume` does not say to go on.
    """
    settings = checked(given, DenoisingSettings)
    materials = gather(settings, out, watch)
    unet = materials.networks.unet.requires_grad_(True)

    def export(folder: Path) -> Path:
        unet.save_pretrained(folder / NAME, safe_serialization=True)
        return folder / NAME / "diffusion_pytorch_model.safetensors"

    drops = Drops(text=settings.drop_text)
    train_denoising(NAME, unet, materials, settings, drops, export, out, resume, watch)
