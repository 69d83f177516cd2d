"""Trains one part of the networks to predict noise, the others frozen, and writes it."""

from functools import partial
from pathlib import Path

from torch import nn

from sfbench.model.tuning.denoiser import Denoiser, Drops
from sfbench.model.tuning.materials import Materials
from sfbench.model.tuning.pack import asked_of
from sfbench.model.tuning.part import Export, train_part
from sfbench.model.tuning.settings import DenoisingSettings
from sfbench.model.tuning.sheet import draw_sheet
from sfbench.model.tuning.tune import Study
from sfbench.progress import Watch


def train_denoising(
    name: str,
    trained: nn.Module,
    materials: Materials,
    settings: DenoisingSettings,
    drops: Drops,
    export: Export,
    out: Path,
    resume: bool,
    watch: Watch,
    *,
    timed: bool = False,
) -> None:
    """Train a part and write its file, figures and card into `out`.

    Args:
        name: Begins the names of the files.
        trained: The part, in its place among the networks.
        materials: The networks and the clips.
        settings: What it is trained by.
        drops: Which conditions are left out.
        export: Writes the part's file.
        out: Where the files go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.
        timed: Whether the networks are told when it sounds.
    """
    networks, cache = materials.networks, materials.cache
    if settings.checkpointing:
        networks.unet.enable_gradient_checkpointing()
        networks.controlnet.enable_gradient_checkpointing()
    study = Study(
        name=name,
        learner=Denoiser(trained, networks, settings, cache, drops, timed=timed),
        learn=materials.learn,
        check=materials.check,
        asked=asked_of(name, settings, materials),
        sheet=partial(
            draw_sheet,
            recordings=materials.recordings,
            ready=materials.check[: settings.sample_clips],
            networks=networks,
            settings=settings.networks,
            cache=cache,
            timed=timed,
        ),
        sheet_every=settings.sample_every,
    )
    train_part(study, materials, settings, export, out, resume, watch)
