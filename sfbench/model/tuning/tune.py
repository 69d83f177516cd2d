"""The way that every training of a part goes: AdamW over clips, its steps widening, narrowing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from numpy.random import Generator
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from sfbench.model.training.course import Learner
from sfbench.model.training.learn import Marks, Task, learn
from sfbench.model.training.progress import Goal, Progress, open_progress
from sfbench.model.tuning.given import alike, draw
from sfbench.model.tuning.prepare import Ready
from sfbench.model.tuning.settings import Settings
from sfbench.progress import Watch

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


def tune(
    accelerator: Accelerator,
    study: Study,
    settings: Settings,
    out: Path,
    resume: bool,
    watch: Watch,
    begins: Collection[str] = (),
) -> Progress:
    """Train a part, and return what was seen meanwhile; the part then holds what is kept.

    Args:
        accelerator: What `begin` returned.
        study: The part.
        settings: What it is trained by.
        out: Where its state and samples go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.
        begins: Hashes of the files that it begins from.

    Raises:
        SfbenchError: `out` holds a training that was begun and `resume` does not say to go on, or
            one of other settings, or has ended with a part that this one does not begin from.
    """
    progress = open_progress(out, study.name, study.asked, resume, begins)
    if progress.finished:
        return progress
    groups = alike(study.learn)

    def loss(rng: Generator, during: ExitStack) -> Tensor:
        drawn: Tensor = study.learner(draw(groups, settings.batch, rng), rng, during)
        return drawn

    def look() -> Marks:
        found = check_loss(study.learner, study.check, settings.seed)
        return {LOSS: found, **study.marks()}

    learner = Learner(study.learner, loss)
    task = Task(
        learner=learner,
        schedule=_schedule(learner, settings),
        look=look,
        goal=Goal(LOSS),
        sheet=study.sheet,
        sheet_every=study.sheet_every,
    )
    learn(accelerator, task, settings, progress, watch)
    return progress


def _schedule(learner: Learner, settings: Settings) -> LambdaLR:
    """Return a step width that grows evenly in the warm-up, stays, and shrinks at the end."""
    optimizer = torch.optim.AdamW(
        learner.learning, lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    grown, narrowed = max(1, settings.warm_up), settings.cool_down

    def width(step: int) -> float:
        left = (settings.steps - step) / narrowed if narrowed else 1.0
        return min(1.0, (step + 1) / grown, left)

    return LambdaLR(optimizer, width)


def check_loss(learner: nn.Module, check: Sequence[Ready], seed: int) -> float:
    """Return the mean loss of clips, each with the same noise and time at every look."""
    losses = []
    for number, one in enumerate(check):
        with ExitStack() as during:
            losses.append(learner([one], np.random.default_rng([seed, number]), during).item())
    return float(np.mean(losses))
