"""The trainer `grounding`: clips and prompts in, a grounding network with its card out.

The network is that of Xu et al., arXiv 2401.02584. They learn from captions of whole clips, since
nobody knows when each sound is there; the simulated world knows, so frames are learnt from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy

from sfbench.encoders.grounding_network import GroundingNetwork, heard, new_network
from sfbench.errors import SfbenchError
from sfbench.model.grounding.batch import Batch, draw_batch
from sfbench.model.grounding.exam import Marks, ask, mark
from sfbench.model.grounding.lessons import Lesson, read_lessons, sounds_of
from sfbench.model.grounding.pack import halve, pack
from sfbench.model.grounding.progress import Look, Progress, open_progress
from sfbench.model.grounding.settings import Settings, read_settings
from sfbench.progress import Watch

_STEEPEST = 1.0  # length that a gradient is cut to
_WARM = 0.1  # share of the steps until the greatest step width


def train_grounding(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `grounding.*` into `out`.

    Args:
        given: The recipe's settings; see `Settings`.
        out: Where the network, its vocabulary and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings or a dataset folder cannot be used, or `out` holds a training
            that was begun and `resume` does not say to go on.
    """
    settings = read_settings(given)
    torch.manual_seed(settings.seed)
    network = new_network(settings.geometry)
    learn = _lessons(settings, settings.data, network, watch)
    check = _lessons(settings, settings.check, network, watch)
    progress = open_progress(out, settings, resume)
    _learn(network, settings, learn, check, progress, watch)
    halve(network)
    marks = {
        name: _marks(network, settings, _lessons(settings, folder, network, watch))
        for name, folder in settings.held_out.items()
    }
    pack(out, network, settings, learn=len(learn), looks=progress.looks, marks=marks)
    progress.close()


def _lessons(
    settings: Settings, folder: str, network: GroundingNetwork, watch: Watch
) -> list[Lesson]:
    lessons = read_lessons(Path(folder), network, watch)
    speechless = sorted(sounds_of(lessons) - settings.prompts.keys())
    if speechless:
        raise SfbenchError(f"settings.prompts has no words for {', '.join(speechless)} of {folder}")
    return lessons


@dataclass(frozen=True, slots=True)
class _Course:
    """What changes while a network learns."""

    network: GroundingNetwork
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler

    def state(self) -> dict[str, Any]:
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])


def _course(network: GroundingNetwork, settings: Settings) -> _Course:
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.steps, pct_start=_WARM
    )
    return _Course(network, optimizer, schedule)


def _learn(
    network: GroundingNetwork,
    settings: Settings,
    learn: Sequence[Lesson],
    check: Sequence[Lesson],
    progress: Progress,
    watch: Watch,
) -> None:
    """Learn step by step; a step depends on the seed and its number alone."""
    course = _course(network, settings)
    begin = progress.restore(course.restore)
    losses: list[float] = []
    for step in watch(range(begin, settings.steps), settings.steps - begin, "learn"):
        losses.append(_step(course, settings, learn, step))
        if (step + 1) % settings.check_every == 0 or step + 1 == settings.steps:
            marks = _marks(network, settings, check)
            progress.note(Look(step + 1, float(np.mean(losses)), marks), course.state())
            losses.clear()


def _step(course: _Course, settings: Settings, learn: Sequence[Lesson], step: int) -> float:
    torch.manual_seed(settings.seed * 1_000_003 + step)
    course.network.train()
    batch = draw_batch(
        learn,
        settings.prompts,
        size=settings.batch,
        seconds=settings.seconds,
        mixed=settings.mixed,
        gain=settings.gain,
        rng=np.random.default_rng([settings.seed, step]),
    )
    loss = _loss(course.network, settings, batch)
    course.optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(course.network.parameters(), _STEEPEST)
    course.optimizer.step()
    course.schedule.step()
    return loss.item()


def _loss(network: GroundingNetwork, settings: Settings, batch: Batch) -> Tensor:
    """Return the cross entropy of the scores of frames with what is heard in them."""
    words = network.read([settings.vocabulary.encode(prompt) for prompt in batch.prompts])
    scores = heard(network.listen(torch.from_numpy(batch.power)), words)  # [B, P, T]
    return binary_cross_entropy(scores, torch.from_numpy(batch.told))


def _marks(network: GroundingNetwork, settings: Settings, lessons: Sequence[Lesson]) -> Marks:
    return mark(ask(network, settings.vocabulary, settings.prompts, lessons))
