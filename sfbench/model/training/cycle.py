"""Lets a network learn by Adam, its steps widening for a tenth of their number, then narrowing.

Source: Smith and Topin, arXiv 1708.07120.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

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

_WARM = 0.1  # share of the steps until the greatest step width


class Cycle(Pace, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """How a network learns from first values; fewer steps leave no room to widen and narrow.

    What a recipe leaves at its default is not told, so that new settings change no hash.
    """

    steps: Annotated[int, msgspec.Meta(ge=20)]
    batch: Some


def learn_in_cycle(
    accelerator: Accelerator,
    network: nn.Module,
    loss: Callable[[Generator], Tensor],
    look: Callable[[], Marks],
    goal: Goal,
    pace: Cycle,
    progress: Progress,
    watch: Watch,
    sheet: Callable[[Path], None] | None = None,
    sheet_every: int = 0,
) -> None:
    """Let a network learn, from where `progress` says it is; it ends on the processor.

    Args:
        accelerator: What `begin` returned.
        network: All that learns.
        loss: Draws a batch from a source of chance and returns its loss; what it makes of arrays by
            `torch.as_tensor` is on the network's device.
        look: Returns figures of the network as it is, on the processor.
        goal: The figure by which looks are compared.
        pace: How it learns.
        progress: Remembers.
        watch: Shows progress.
        sheet: Draws samples of the network as it is, into a folder.
        sheet_every: Steps between sheets; 0 for none.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def drawn(rng: Generator, during: object) -> Tensor:
        with accelerator.device:
            return loss(rng)

    def looked() -> Marks:
        with _on_processor(network, accelerator.device):
            return look()

    def drew(folder: Path) -> None:
        if sheet is not None:
            with _on_processor(network, accelerator.device):
                sheet(folder)

    learner = Learner(network, drawn)
    optimizer = torch.optim.Adam(learner.learning, lr=pace.learning_rate)
    schedule = OneCycleLR(optimizer, pace.learning_rate, total_steps=pace.steps, pct_start=_WARM)
    task = Task(
        learner=learner,
        schedule=schedule,
        look=looked,
        goal=goal,
        sheet=drew,
        sheet_every=sheet_every,
    )
    learn(accelerator, task, pace, progress, watch)
    network.cpu()


@contextmanager
def _on_processor(network: nn.Module, device: torch.device) -> Iterator[None]:
    network.cpu()
    try:
        yield
    finally:
        network.to(device)
