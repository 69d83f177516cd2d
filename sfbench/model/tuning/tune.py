"""The way that every training of a part goes, from the first step to the file.

A step depends on the seed and its own number alone, so a training that was stopped goes on as if
it had not been. Devices share the work when `accelerate launch` starts several processes.
"""

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from torch import nn

from sfbench.model.training.progress import Look, Progress, open_progress
from sfbench.model.tuning.course import Course
from sfbench.model.tuning.given import alike, draw
from sfbench.model.tuning.prepare import Ready
from sfbench.model.tuning.settings import Settings
from sfbench.progress import Watch, quiet

LOSS = "check_loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One part that learns.

    Attributes:
        name: Begins the names of its files.
        learner: Answers clips with their loss; its module `trained` is the part. Called with the
            clips, a source of chance, and an `ExitStack` that is closed after the gradients.
        learn: Clips to learn from.
        check: Clips to look at.
        asked: All that the training depends on.
        marks: Further figures of the part as it is, by name.
        sheet: Draws samples of the part as it is, into a folder.
        sheet_every: Steps between sheets; 0 for none.
    """

    name: str
    learner: nn.Module
    learn: Sequence[Ready]
    check: Sequence[Ready]
    asked: object
    marks: Callable[[], Mapping[str, float | None]] = dict
    sheet: Callable[[Path], None] | None = None
    sheet_every: int = 0


def begin(settings: Settings, out: Path) -> Accelerator:
    """Return what runs the training: devices, precision, and TensorBoard where it is installed."""
    board = importlib.util.find_spec("tensorboard") is not None
    accelerator = Accelerator(
        gradient_accumulation_steps=settings.accumulate,
        mixed_precision=settings.precision,
        log_with="tensorboard" if board else None,
        project_dir=out,
    )
    if board:
        accelerator.init_trackers("tensorboard")
    return accelerator


def tune(
    accelerator: Accelerator,
    study: Study,
    settings: Settings,
    out: Path,
    resume: bool,
    watch: Watch,
) -> Progress:
    """Train a part, and return what was seen meanwhile; the part then holds what is kept.

    Args:
        accelerator: What `begin` returned.
        study: The part.
        settings: What it is trained by.
        out: Where its state and samples go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: `out` holds a training that was begun and `resume` does not say to go on, or
            one of other settings.
    """
    progress = open_progress(out, study.name, study.asked, resume)
    course = Course.of(accelerator, study.learner, settings)
    first = progress.restore(course.restore)
    groups, losses = alike(study.learn), list[float]()
    shown = watch if accelerator.is_main_process else quiet
    for step in shown(range(first, settings.steps), settings.steps - first, "learn"):
        if stale(progress.looks, settings.patience):
            break
        losses.append(_step(course, groups, settings, step))
        accelerator.log({"loss": losses[-1], "learning_rate": rate(settings, step)}, step + 1)
        if (step + 1) % settings.check_every == 0 or step + 1 == settings.steps:
            _look(course, study, settings, progress, step + 1, losses)
            losses.clear()
        if study.sheet and study.sheet_every and (step + 1) % study.sheet_every == 0:
            _draw(course, study.sheet, out / "samples" / f"step-{step + 1:06d}")
    course.finish()
    accelerator.end_training()
    return progress


def rate(settings: Settings, step: int) -> float:
    """Return the step width: growing evenly in the warm-up, then constant."""
    return settings.learning_rate * min(1.0, (step + 1) / max(1, settings.warm_up))


def stale(looks: Sequence[Look], patience: int) -> bool:
    """Say whether the last `patience` looks found no loss lower than those before them.

    >>> looks = [Look(step, 0.0, {"check_loss": loss}) for step, loss in enumerate([3.0, 2.0, 2.5])]
    >>> stale(looks, 1), stale(looks, 2)
    (True, False)
    """
    losses = [look.marks[LOSS] for look in looks]
    if not patience or len(losses) <= patience:
        return False
    return bool(min(losses[-patience:]) >= min(losses[:-patience]))


def _step(
    course: Course, groups: Sequence[Sequence[Ready]], settings: Settings, step: int
) -> float:
    """Take one step of several batches; return their mean loss over all devices."""
    place = course.accelerator.process_index
    losses = []
    for part in range(settings.accumulate):
        rng = np.random.default_rng([settings.seed, step, part, place])
        ready = draw(groups, settings.batch, rng)
        losses.append(course.learn(ready, rng, rate(settings, step)))
    course.after_step()
    mean: Any = course.accelerator.reduce(torch.stack(losses).mean(), reduction="mean")
    return float(mean)


def _look(
    course: Course,
    study: Study,
    settings: Settings,
    progress: Progress,
    step: int,
    losses: Sequence[float],
) -> None:
    """Look at the part as it would be kept, and keep the state."""
    with course.kept():
        loss = check_loss(study.learner, study.check, settings.seed)
        marks = {LOSS: loss, **study.marks()}
        course.compare(loss, progress.looks)
    course.accelerator.log({name: mark for name, mark in marks.items() if mark is not None}, step)
    look = Look(step, float(np.mean(losses)), marks)
    if course.accelerator.is_main_process:
        progress.note(look, course.state())
    else:
        progress.looks.append(look)


def check_loss(learner: nn.Module, check: Sequence[Ready], seed: int) -> float:
    """Return the mean loss of clips, each with the same noise and time at every look."""
    losses = []
    for number, one in enumerate(check):
        with ExitStack() as during:
            losses.append(learner([one], np.random.default_rng([seed, number]), during).item())
    return float(np.mean(losses))


def _draw(course: Course, sheet: Callable[[Path], None], folder: Path) -> None:
    with course.kept():
        if course.accelerator.is_main_process:
            sheet(folder)
    course.accelerator.wait_for_everyone()
