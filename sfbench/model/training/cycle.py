"""Lets a network learn by Adam, its steps widening for a tenth of their number, then narrowing.

Source: Smith and Topin, arXiv 1708.07120.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import msgspec
import torch
from accelerate import Accelerator
from numpy.random import Generator
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from sfbench.model.training.course import Learner
from sfbench.model.training.learn import Marks, Task, learn
from sfbench.model.training.pace import Pace, Some
from sfbench.model.training.progress import Goal, Progress
from sfbench.progress import Watch

P = ParamSpec("P")
R = TypeVar("R")

_WARM = 0.1  # share of the steps until the greatest step width


class Cycle(Pace, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """How a network learns from first values; fewer steps leave no room to widen and narrow.

    What a recipe leaves at its default is not told, so that new settings change no hash.
    """

    steps: Annotated[int, msgspec.Meta(ge=20)]
    batch: Some


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A network that learns from first values, and how it is looked at.

    Attributes:
        network: All that learns.
        loss: Draws a batch from a source of chance and returns its loss; what it makes of arrays by
            `torch.as_tensor` is on the network's device.
        look: Returns figures of the network as it is, on the processor.
        goal: The figure by which looks are compared.
        sheet: Draws samples of the network as it is, on the processor, into a folder.
        sheet_every: Steps between sheets; 0 for none.
    """

    network: nn.Module
    loss: Callable[[Generator], Tensor]
    look: Callable[[], Marks]
    goal: Goal
    sheet: Callable[[Path], None] | None = None
    sheet_every: int = 0


def learn_in_cycle(
    accelerator: Accelerator, subject: Subject, pace: Cycle, progress: Progress, watch: Watch
) -> None:
    """Let a network learn, from where `progress` says it is; it ends on the processor.

    Args:
        accelerator: What `begin` returned.
        subject: The network.
        pace: How it learns.
        progress: Remembers.
        watch: Shows progress.
    """
    network, device = subject.network, accelerator.device
    _lay_channels_last(network)

    def loss(rng: Generator, during: object) -> Tensor:
        with device:
            return subject.loss(rng)

    learner = Learner(network, loss)
    optimizer = torch.optim.Adam(learner.learning, lr=pace.learning_rate)
    task = Task(
        learner=learner,
        schedule=OneCycleLR(optimizer, pace.learning_rate, pace.steps, pct_start=_WARM),
        look=_on_processor(subject.look, network, device),
        goal=subject.goal,
        sheet=subject.sheet and _on_processor(subject.sheet, network, device),
        sheet_every=subject.sheet_every,
    )
    learn(accelerator, task, pace, progress, watch)
    network.cpu()


def _lay_channels_last(network: nn.Module) -> None:
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _on_processor(does: Callable[P, R], network: nn.Module, device: torch.device) -> Callable[P, R]:
    """Return what does the same with the network on the processor in the meantime."""

    def done(*args: P.args, **named: P.kwargs) -> R:
        network.cpu()
        try:
            return does(*args, **named)
        finally:
            network.to(device)

    return done
