"""Takes the steps of a training; each depends on the seed and its own number alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn

from sfbench.model.training.progress import Look, Progress
from sfbench.progress import Watch

LEAST_STEPS = 20
"""Fewer leave no room for growing and shrinking steps."""

_STEEPEST = 1.0  # length that a gradient is cut to
_WARM = 0.1  # share of the steps until the greatest step width


class Pace(Protocol):
    """How a network learns.

    Attributes:
        seed: Source of all choices.
        steps: Batches to learn from.
        learning_rate: Greatest step width of Adam, reached after a tenth of the steps.
        check_every: Steps between looks.
    """

    @property
    def seed(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def check_every(self) -> int: ...


@dataclass(frozen=True, slots=True)
class _Course:
    """A network, and how it learns."""

    network: nn.Module
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


def learn(
    network: nn.Module,
    pace: Pace,
    loss: Callable[[Generator], Tensor],
    look: Callable[[], dict[str, Any]],
    progress: Progress,
    watch: Watch,
) -> None:
    """Let a network learn, from where `progress` says it is.

    Args:
        network: All that learns.
        pace: How it learns.
        loss: Draws a batch from a source of chance and returns its loss.
        look: Returns figures of the network as it is.
        progress: Remembers.
        watch: Shows progress.
    """
    course = _course(network, pace)
    begin = progress.restore(course.restore)
    losses: list[float] = []
    for step in watch(range(begin, pace.steps), pace.steps - begin, "learn"):
        losses.append(_step(course, loss, pace.seed, step))
        if (step + 1) % pace.check_every == 0 or step + 1 == pace.steps:
            progress.note(Look(step + 1, float(np.mean(losses)), look()), course.state())
            losses.clear()


def _course(network: nn.Module, pace: Pace) -> _Course:
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.Adam(network.parameters(), lr=pace.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, pace.learning_rate, total_steps=pace.steps, pct_start=_WARM
    )
    return _Course(network, optimizer, schedule)


def _step(course: _Course, loss: Callable[[Generator], Tensor], seed: int, step: int) -> float:
    torch.manual_seed(seed * 1_000_003 + step)
    course.network.train()
    value = loss(np.random.default_rng([seed, step]))
    course.optimizer.zero_grad()
    value.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(course.network.parameters(), _STEEPEST)
    course.optimizer.step()
    course.schedule.step()
    return value.item()
