"""A part that learns, its optimizer, and the average of its weights."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Self

import torch
from accelerate import Accelerator
from diffusers.training_utils import EMAModel
from numpy.random import Generator
from torch import Tensor, nn

from sfbench.model.training.progress import Look
from sfbench.model.tuning.prepare import Ready
from sfbench.model.tuning.settings import Settings

_STEEPEST = 1.0  # length that a gradient is cut to

State = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Course:
    """What changes while a part learns.

    Attributes:
        accelerator: What runs it.
        learner: The module that holds the part as `trained`.
        network: The same, as the accelerator prepared it.
        optimizer: Its optimizer.
        average: The average of its weights, if one is kept.
        patient: Whether the best look is kept, rather than the last.
        best: The tensors at the best look so far.
    """

    accelerator: Accelerator
    learner: nn.Module
    network: nn.Module
    optimizer: Any
    average: Any
    patient: bool
    best: dict[str, Tensor] | None = None

    @classmethod
    def of(cls, accelerator: Accelerator, learner: nn.Module, settings: Settings) -> Self:
        """Return the course of a learner, of which what wants gradients learns."""
        learning = _learning(learner)
        optimizer = torch.optim.AdamW(
            learning, lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        network, prepared = accelerator.prepare(learner, optimizer)
        average = EMAModel(learning, decay=settings.average) if settings.average else None
        return cls(
            accelerator=accelerator,
            learner=learner,
            network=network,
            optimizer=prepared,
            average=average,
            patient=settings.patience > 0,
        )

    def learn(self, ready: Sequence[Ready], rng: Generator, rate: float) -> Tensor:
        """Learn from one batch, and step if it is the last of its step; return its loss."""
        self.network.train()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with self.accelerator.accumulate(self.network), ExitStack() as during:
            loss: Tensor = self.network(ready, rng, during)
            self.accelerator.backward(loss)
            if self.accelerator.sync_gradients:
                self.accelerator.clip_grad_norm_(_learning(self.learner), _STEEPEST)
            self.optimizer.step()
            self.optimizer.zero_grad()
        return loss.detach()

    def after_step(self) -> None:
        """Let the average of the weights follow."""
        if self.average is not None:
            self.average.step(_learning(self.learner))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let the part be what would be kept while the block runs, and nothing be learnt."""
        self.learner.eval()
        learning = _learning(self.learner)
        if self.average is not None:
            self.average.store(learning)
            self.average.copy_to(learning)
        try:
            with torch.no_grad():
                yield
        finally:
            if self.average is not None:
                self.average.restore(learning)

    def compare(self, loss: float, looks: Sequence[Look]) -> None:
        """Remember the part if its loss is lower than at all looks so far."""
        if self.patient and all(loss < look.marks["check_loss"] for look in looks):
            self.best = {
                name: value.detach().cpu().clone()
                for name, value in self._part.state_dict().items()
            }

    def finish(self) -> None:
        """Let the part be what is kept: the best, the average, or the last."""
        if self.best is not None:
            self._part.load_state_dict(self.best)
        elif self.average is not None:
            self.average.copy_to(_learning(self.learner))
        self.learner.eval()

    def state(self) -> State:
        """Return all that a later process needs to go on."""
        scaler = self.accelerator.scaler
        return {
            "part": self._part.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "scaler": None if scaler is None else scaler.state_dict(),
            "best": self.best,
        }

    def restore(self, state: State) -> None:
        """Go on from a state."""
        self._part.load_state_dict(state["part"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
            self.average.to(self.accelerator.device)
        if self.accelerator.scaler is not None:
            self.accelerator.scaler.load_state_dict(state["scaler"])
        self.best = state["best"]

    @property
    def _part(self) -> nn.Module:
        return self.learner.get_submodule("trained")


def _learning(learner: nn.Module) -> list[nn.Parameter]:
    return [one for one in learner.parameters() if one.requires_grad]
