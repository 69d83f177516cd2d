"""What every trainer of a part ends with: its steps, its file, its figures and its card."""

from collections.abc import Callable
from pathlib import Path

from sfbench.model.tuning.materials import Materials
from sfbench.model.tuning.pack import pack
from sfbench.model.tuning.settings import Settings
from sfbench.model.tuning.tune import Study, tune
from sfbench.progress import Watch

Export = Callable[[Path], Path]  # folder -> the file that it wrote there


def train_part(
    study: Study,
    materials: Materials,
    settings: Settings,
    export: Export,
    out: Path,
    resume: bool,
    watch: Watch,
) -> None:
    """Let a part learn, then write its file, figures and card into `out`.

    Args:
        study: The part.
        materials: What it learns from.
        settings: What it is trained by.
        export: Writes the part's file.
        out: Where all goes.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.
    """
    begins = materials.begins.values()
    progress = tune(materials.accelerator, study, settings, out, resume, watch, begins)
    if progress.finished:
        return
    if materials.accelerator.is_main_process:
        pack(out, study.name, export(out), settings, materials, progress)
        progress.close()
