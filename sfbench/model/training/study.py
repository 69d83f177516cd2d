"""What a trainer of an encoder has to say, and the way that all of them go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from numpy.random import Generator
from torch import Tensor, nn

from sfbench.model.training.begin import begin
from sfbench.model.training.cycle import Subject, learn_in_cycle
from sfbench.model.training.drawn import lessons_to_draw
from sfbench.model.training.halves import halve
from sfbench.model.training.learn import Marks as Marks
from sfbench.model.training.lessons import Lesson, read_lessons
from sfbench.model.training.pack import Telling, pack
from sfbench.model.training.progress import Goal, open_progress
from sfbench.model.training.settings import Settings
from sfbench.progress import Watch

_FIRST = Goal("top1", upward=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One encoder that learns.

    Attributes:
        name: Begins the names of its files.
        network: All that learns, with first values.
        loss: Draws a batch of what is learnt from by a source of chance and returns its loss.
        marks: Says how well the network does on lessons, by name of the figure.
        goal: The figure that counts.
        state: Returns the tensors that are kept, in the published layout, from the network's own.
        telling: What its card says.
        draw: Returns what is learnt from; without it, the lessons of `data`, without pictures
            where they are drawn.
        beside: Texts of further files, by the end of their names.
        needs: Hashes of the weights that it learns from, by name.
    """

    name: str
    network: nn.Module
    loss: Callable[[Any, Generator], Tensor]
    marks: Callable[[Sequence[Lesson]], Marks]
    state: Callable[[Mapping[str, Tensor]], dict[str, Tensor]]
    telling: Telling
    goal: Goal = _FIRST
    draw: Callable[[Watch], Any] | None = None
    beside: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)


def teach(study: Study, settings: Settings, out: Path, resume: bool, watch: Watch) -> None:
    """Train an encoder and write its weights, figures and card into `out`.

    Args:
        study: The encoder.
        settings: What it is trained by.
        out: Where the files go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: A dataset folder cannot be used, or `out` holds a training that was begun
            and `resume` does not say to go on.
    """
    asked = [settings, settings.words, dict(study.needs)]
    progress = open_progress(out, study.name, asked, resume)
    if progress.finished:
        return
    accelerator = begin(settings, out)
    learnt = study.draw(watch) if study.draw else _learnt(settings, watch)
    check = _lessons(settings, settings.check, watch)
    subject = Subject(
        network=study.network,
        loss=partial(study.loss, learnt),
        look=partial(_marks, study, check),
        goal=study.goal,
    )
    learn_in_cycle(accelerator, subject, settings, progress, watch)
    halve(study.network)
    marks = {
        name: _marks(study, _lessons(settings, folder, watch))
        for name, folder in settings.held_out.items()
    }
    clips = settings.clips or len(learnt)
    if accelerator.is_main_process:
        device = accelerator.device.type
        pack(study, settings, clips=clips, progress=progress, device=device, marks=marks)
        progress.close()


def _learnt(settings: Settings, watch: Watch) -> list[Lesson]:
    if settings.clips:
        return lessons_to_draw(settings, watch)
    return _lessons(settings, settings.data, watch)


def _lessons(settings: Settings, folder: str, watch: Watch) -> list[Lesson]:
    lessons = read_lessons(Path(folder), watch)
    named = {lesson.shown for lesson in lessons} | {one.heard for one in lessons if one.heard}
    settings.require_words(named, folder)
    return lessons


def _marks(study: Study, lessons: Sequence[Lesson]) -> dict[str, float | None]:
    study.network.eval()
    with torch.inference_mode():
        return dict(study.marks(lessons))
