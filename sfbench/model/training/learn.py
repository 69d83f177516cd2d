"""Takes the steps of a training, from the first to the last, and looks at what is learnt.

A step depends on the seed and its own number alone, so a training that was stopped goes on as if
it had not been. Devices share the work when `accelerate launch` starts several processes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from torch.optim.lr_scheduler import LRScheduler

from sfbench.model.training.course import Course, Learner
from sfbench.model.training.pace import Pace
from sfbench.model.training.progress import Goal, Look, Progress
from sfbench.progress import Watch, quiet

Marks = Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is learnt, and how it is looked at.

    Attributes:
        learner: Answers a source of chance with the loss of a batch.
        schedule: How wide the steps of its optimizer are.
        look: Returns figures of the part as it is, by name.
        goal: The figure by which looks are compared.
        sheet: Draws samples of the part as it is, into a folder.
        sheet_every: Steps between sheets; 0 for none.
    """

    learner: Learner
    schedule: LRScheduler
    look: Callable[[], Marks]
    goal: Goal
    sheet: Callable[[Path], None] | None = None
    sheet_every: int = 0


def learn(
    accelerator: Accelerator, task: Task, pace: Pace, progress: Progress, watch: Watch
) -> None:
    """Let a part learn, from where `progress` says it is; it then holds what is kept.

    Args:
        accelerator: What `begin` returned.
        task: What is learnt.
        pace: How it is learnt.
        progress: Remembers; samples and logs go beside it.
        watch: Shows progress.
    """
    accelerator.init_trackers(f"tensorboard/{progress.name}")
    course = Course.of(accelerator, task.learner, task.schedule, pace.average)
    first = progress.restore(course.restore)
    losses = list[float]()
    shown = watch if accelerator.is_main_process else quiet
    for step in shown(range(first, pace.steps), pace.steps - first, "learn"):
        if task.goal.stale(progress.looks, pace.patience):
            break
        width = course.schedule.get_last_lr()[0]
        losses.append(_step(course, pace, step))
        accelerator.log({"loss": losses[-1], "learning_rate": width}, step + 1)
        if (step + 1) % pace.check_every == 0 or step + 1 == pace.steps:
            _look(course, task, pace, progress, step + 1, losses)
            losses.clear()
        if task.sheet and task.sheet_every and (step + 1) % task.sheet_every == 0:
            _draw(course, task.sheet, progress.folder / "samples" / f"step-{step + 1:06d}")
    course.finish()
    accelerator.end_training()


def _step(course: Course, pace: Pace, step: int) -> float:
    """Take one step of several batches; return their mean loss over all devices."""
    place = course.accelerator.process_index
    torch.manual_seed(pace.seed * 1_000_003 + step + (place << 40))
    losses = [
        course.learn(np.random.default_rng([pace.seed, step, part, place]))
        for part in range(pace.accumulate)
    ]
    course.after_step()
    mean: Any = course.accelerator.reduce(torch.stack(losses).mean(), reduction="mean")
    return float(mean)


def _look(
    course: Course,
    task: Task,
    pace: Pace,
    progress: Progress,
    step: int,
    losses: Sequence[float],
) -> None:
    """Look at the part as it would be kept, and keep the state."""
    with course.kept():
        look = Look(step, float(np.mean(losses)), dict(task.look()))
        if pace.patience and task.goal.reached(look, progress.looks):
            course.keep()
    figures = {name: mark for name, mark in look.marks.items() if mark is not None}
    course.accelerator.log(figures, step)
    if course.accelerator.is_main_process:
        progress.note(look, course.state())
    else:
        progress.looks.append(look)


def _draw(course: Course, sheet: Callable[[Path], None], folder: Path) -> None:
    with course.kept():
        if course.accelerator.is_main_process:
            sheet(folder)
    course.accelerator.wait_for_everyone()
