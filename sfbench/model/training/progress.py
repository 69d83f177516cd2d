"""What a training remembers, so that it can go on where it was stopped."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import torch

from sfbench import store
from sfbench.errors import SfbenchError

_FORMAT = 2  # of the state


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the world `check` while training.

    Attributes:
        step: Steps that were taken.
        loss: Mean loss since the last look.
        marks: How well the network did, by name of the figure.
    """

    step: int
    loss: float
    marks: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Goal:
    """The figure by which looks are compared.

    Attributes:
        name: Its name among the marks.
        upward: Whether more is better.
    """

    name: str
    upward: bool = False

    def reached(self, look: Look, looks: Sequence[Look]) -> bool:
        """Say whether a look is better than all of some others."""
        return all(self._cost(look) < self._cost(one) for one in looks)

    def stale(self, looks: Sequence[Look], patience: int) -> bool:
        """Say whether the last `patience` looks are no better than those before them.

        >>> looks = [Look(at, 0.0, {"error": error}) for at, error in enumerate([3.0, 2.0, 2.5])]
        >>> Goal("error").stale(looks, 1), Goal("error").stale(looks, 2)
        (True, False)
        """
        costs = [self._cost(look) for look in looks]
        if not patience or len(costs) <= patience:
            return False
        return min(costs[-patience:]) >= min(costs[:-patience])

    def _cost(self, look: Look) -> float:
        value = look.marks[self.name]
        return math.inf if value is None else float(-value if self.upward else value)


@dataclass(slots=True)
class Progress:
    """The state of a training in `NAME.progress.pt`, its curve in `NAME.metrics.jsonl`.

    Attributes:
        folder: Where it is.
        name: What is trained.
        asked: Hash of all that the training depends on.
        looks: Looks so far.
        finished: Whether it ended before, so that nothing is left to do.
    """

    folder: Path
    name: str
    asked: str
    looks: list[Look] = field(default_factory=list)
    finished: bool = False

    @property
    def path(self) -> Path:
        """The file of the state."""
        return self.folder / f"{self.name}.progress.pt"

    def note(self, look: Look, state: dict[str, Any]) -> None:
        """Remember a look and the state of the training."""
        self.looks.append(look)
        told = msgspec.json.encode(self.looks).decode()
        content = {"format": _FORMAT, "asked": self.asked, "looks": told, "state": state}
        with store.replacing(self.path) as partial:
            torch.save(content, partial)
        store.write_bytes(self.folder / f"{self.name}.metrics.jsonl", store.to_lines(self.looks))

    def restore(self, restore: Callable[[dict[str, Any]], None]) -> int:
        """Hand the remembered state, if there is one, to `restore`; return the steps taken."""
        if not self.path.is_file():
            return 0
        content = torch.load(self.path, map_location="cpu", weights_only=True)
        if (content.get("format"), content["asked"]) != (_FORMAT, self.asked):
            raise SfbenchError(
                f"{self.path} is of a training with other settings, or of another sfbench; give "
                "another --out or delete it"
            )
        self.looks = msgspec.json.decode(content["looks"], type=list[Look])
        restore(content["state"])
        return self.looks[-1].step

    def close(self) -> None:
        """Forget the state: the training is finished."""
        self.path.unlink(missing_ok=True)


def open_progress(
    out: Path, name: str, settings: object, resume: bool, begins: Collection[str] = ()
) -> Progress:
    """Return the progress of the training of `name` in a folder.

    Args:
        out: The folder.
        name: What is trained; begins the files' names.
        settings: All that the training depends on.
        resume: Whether to go on with a training that was stopped.
        begins: Hashes of the files that it learns on from; one of them it may replace.

    Raises:
        SfbenchError: A training was begun there and `resume` does not say to go on; or one has
            ended there that this one neither is, if resumed, nor learns on from.
    """
    progress = Progress(out, name, store.fingerprint(settings))
    files = [out / f"{name}.{end}" for end in ("safetensors", "json")]
    ended = [str(file) for file in files if file.is_file()]
    if progress.path.is_file():
        if not resume:
            raise SfbenchError(
                f"{out} holds a training of {name} that was begun; type --resume to go on with it"
            )
    elif ended:
        progress.finished = resume and _asked(files[1]) == progress.asked
        learns_on = files[0].is_file() and store.sha256_file(files[0]) in begins
        if not (progress.finished or learns_on):
            raise SfbenchError(
                f"{out} holds {name} already; give another --out, or delete "
                f"{' and '.join(ended)} to train it anew"
            )
    return progress


class _Card(msgspec.Struct):
    asked: str = ""


def _asked(card: Path) -> str:
    """Return the hash of all that a finished training depended on; empty where it is not told."""
    try:
        return msgspec.json.decode(card.read_bytes(), type=_Card).asked
    except (OSError, msgspec.MsgspecError):
        return ""
