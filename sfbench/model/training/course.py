"""What changes while a part learns: its weights, their average, the optimizer."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Self

import torch
from accelerate import Accelerator
from diffusers.training_utils import EMAModel
from numpy.random import Generator
from torch import Tensor, nn

State = dict[str, Any]

_STEEPEST = 1.0  # length that a gradient is cut to


class Learner(nn.Module):
    """Answers a source of chance with the loss of a batch.

    Args:
        trained: The only module of it, of which what wants gradients learns.
        loss: Draws a batch by a source of chance and returns its loss. What it enters on the
            `ExitStack` is left after the gradients.
    """

    def __init__(self, trained: nn.Module, loss: Callable[[Generator, ExitStack], Tensor]) -> None:
        super().__init__()
        self.trained, self._loss = trained, loss

    def forward(self, rng: Generator, during: ExitStack) -> Tensor:
        """Return the loss of a batch."""
        return self._loss(rng, during)

    @property
    def learning(self) -> list[nn.Parameter]:
        """The values that learn."""
        return [one for one in self.trained.parameters() if one.requires_grad]


@dataclass(slots=True, kw_only=True)
class Course:
    """What changes while a part learns.

    Attributes:
        accelerator: What runs it.
        learner: What learns.
        network: The same, as the accelerator prepared it.
        optimizer: Its optimizer, prepared.
        schedule: Says how wide steps are.
        average: The average of the weights, if one is kept.
        best: The tensors at the best look so far, if that is kept.
    """

    accelerator: Accelerator
    learner: Learner
    network: nn.Module
    optimizer: Any
    schedule: torch.optim.lr_scheduler.LRScheduler
    average: Any
    best: dict[str, Tensor] | None = None

    @classmethod
    def of(
        cls,
        accelerator: Accelerator,
        learner: Learner,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        average: float,
    ) -> Self:
        """Return the course of a learner, by its schedule and the weight of the past."""
        network, optimizer = accelerator.prepare(learner, schedule.optimizer)
        return cls(
            accelerator=accelerator,
            learner=learner,
            network=network,
            optimizer=optimizer,
            schedule=schedule,
            average=EMAModel(learner.learning, decay=average) if average else None,
        )

    def learn(self, rng: Generator) -> Tensor:
        """Learn from one batch, and step if it is the last of its step; return its loss."""
        self.network.train()
        with self.accelerator.accumulate(self.network), ExitStack() as during:
            loss: Tensor = self.network(rng, during)
            self.accelerator.backward(loss)
            if self.accelerator.sync_gradients:
                self.accelerator.clip_grad_norm_(self.learner.learning, _STEEPEST)
            self.optimizer.step()
            self.optimizer.zero_grad()
        return loss.detach()

    def after_step(self) -> None:
        """Let the step width and the average of the weights follow."""
        if not self.optimizer.step_was_skipped:
            self.schedule.step()
        if self.average is not None:
            self.average.step(self.learner.learning)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let the part be what would be kept while the block runs, and nothing be learnt."""
        self.learner.eval()
        learning = self.learner.learning
        if self.average is not None:
            self.average.store(learning)
            self.average.copy_to(learning)
        try:
            with torch.no_grad():
                yield
        finally:
            if self.average is not None:
                self.average.restore(learning)

    def keep(self) -> None:
        """Remember the part as it is."""
        state = self.learner.trained.state_dict()
        self.best = {name: value.detach().cpu().clone() for name, value in state.items()}

    def finish(self) -> None:
        """Let the part be what is kept: the best, the average, or the last."""
        if self.best is not None:
            self.learner.trained.load_state_dict(self.best)
        elif self.average is not None:
            self.average.copy_to(self.learner.learning)
        self.learner.eval()

    def state(self) -> State:
        """Return all that a later process needs to go on."""
        scaler = self.accelerator.scaler
        return {
            "part": self.learner.trained.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "scaler": None if scaler is None else scaler.state_dict(),
            "best": self.best,
        }

    def restore(self, state: State) -> None:
        """Go on from a state."""
        self.learner.trained.load_state_dict(state["part"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
            self.average.to(self.accelerator.device)
        if self.accelerator.scaler is not None:
            self.accelerator.scaler.load_state_dict(state["scaler"])
        self.best = state["best"]
