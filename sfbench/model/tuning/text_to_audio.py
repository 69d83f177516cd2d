"""The trainer `text-to-audio`: the base model, a UNet that paints what a text says.

Source: Xue et al., arXiv 2401.01044.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sfbench.model.settings import checked
from sfbench.model.smooth_foley.networks import TEXT
from sfbench.model.tuning.anew import with_new_base
from sfbench.model.tuning.denoiser import Drops
from sfbench.model.tuning.denoising import train_denoising
from sfbench.model.tuning.export import save_part
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
    begins = ("autoencoder",) if settings.anew else ("autoencoder", "base")
    materials = gather(settings, out, watch, parts=begins)
    if settings.anew:
        new = with_new_base(materials.networks, settings.seed)
        new.move(str(materials.accelerator.device), torch.float32)
        materials = replace(materials, networks=new)
    unet, text = materials.networks.unet, materials.networks.text.network
    trained = nn.ModuleDict({"unet": unet} | ({"text": text} if settings.learn_text else {}))

    def export(folder: Path) -> Path:
        if not (settings.half or settings.learn_text):
            unet.save_pretrained(folder / NAME, safe_serialization=True)
            return folder / NAME / "diffusion_pytorch_model.safetensors"
        parts = {"": unet} | ({TEXT: text} if settings.learn_text else {})
        return save_part(parts, folder / f"{NAME}.safetensors", half=settings.half)

    drops = Drops(text=settings.drop_text)
    trained.requires_grad_(True)
    train_denoising(NAME, trained, materials, settings, drops, export, out, resume, watch)
