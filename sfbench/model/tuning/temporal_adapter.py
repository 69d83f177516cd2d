"""The trainer `temporal-adapter`: a ControlNet that is told when it sounds.

Source: Zhang et al., arXiv 2412.18157, section II-C; arXiv 2407.01494.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from sfbench.model.foleycrafter.export import export_temporal_adapter
from sfbench.model.settings import checked
from sfbench.model.tuning.anew import with_new_temporal_adapter
from sfbench.model.tuning.denoiser import Drops
from sfbench.model.tuning.denoising import train_denoising
from sfbench.model.tuning.export import save_part
from sfbench.model.tuning.materials import gather
from sfbench.model.tuning.settings import DenoisingSettings
from sfbench.progress import Watch

NAME = "temporal-adapter"


def train_temporal_adapter(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `temporal-adapter*` into `out`.

    Args:
        given: The recipe's settings; see `DenoisingSettings`.
        out: Where the adapter and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: Settings, weights or data cannot be used, or `out` holds a training that was
            begun and `resume` does not say to go on.
    """
    settings = checked(given, DenoisingSettings)
    begins = ("autoencoder", "base", *(() if settings.anew else ("temporal_adapter",)))
    materials = gather(settings, out, watch, timed=True, parts=begins)
    if settings.anew:
        new = with_new_temporal_adapter(materials.networks, settings.seed)
        new.move(str(materials.accelerator.device), torch.float32)
        materials = replace(materials, networks=new)
    adapter = materials.networks.controlnet.requires_grad_(True)

    def export(folder: Path) -> Path:
        if not settings.half:
            return export_temporal_adapter(adapter, folder / NAME)
        return save_part({"": adapter}, folder / f"{NAME}.safetensors", half=True)

    drops = Drops(text=settings.drop_text)
    train_denoising(
        NAME, adapter, materials, settings, drops, export, out, resume, watch, timed=True
    )
