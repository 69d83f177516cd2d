"""What a training remembers, so that it can go on where it was stopped."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import torch

from sfbench import store
from sfbench.errors import SfbenchError


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


@dataclass(slots=True)
class Progress:
    """The state of a training in `NAME.progress.pt`, its curve in `NAME.metrics.jsonl`.

    Attributes:
        path: The file of the state.
        asked: Hash of all that the training depends on.
        looks: Looks so far.
    """

    path: Path
    asked: str
    looks: list[Look] = field(default_factory=list)

    def note(self, look: Look, state: dict[str, Any]) -> None:
        """Remember a look and the state of the training."""
        self.looks.append(look)
        told = msgspec.json.encode(self.looks).decode()
        content = {"asked": self.asked, "looks": told, "state": state}
        with store.replacing(self.path) as partial:
            torch.save(content, partial)
        curve = self.path.name.replace(".progress.pt", ".metrics.jsonl")
        store.write_bytes(self.path.with_name(curve), store.to_lines(self.looks))

    def restore(self, restore: Callable[[dict[str, Any]], None]) -> int:
        """Hand the remembered state, if there is one, to `restore`; return the steps taken."""
        if not self.path.is_file():
            return 0
        content = torch.load(self.path, weights_only=True)
        if content["asked"] != self.asked:
            raise SfbenchError(
                f"{self.path} is of a training with other settings; give another --out or delete it"
            )
        self.looks = msgspec.json.decode(content["looks"], type=list[Look])
        restore(content["state"])
        return self.looks[-1].step

    def close(self) -> None:
        """Forget the state: the training is finished."""
        self.path.unlink(missing_ok=True)


def open_progress(out: Path, name: str, settings: object, resume: bool) -> Progress:
    """Return the progress of the training of `name` in a folder.

    Args:
        out: The folder.
        name: What is trained; begins the files' names.
        settings: All that the training depends on.
        resume: Whether to go on with a training that was stopped.

    Raises:
        SfbenchError: A training was begun there and `resume` does not say to go on.
    """
    path = out / f"{name}.progress.pt"
    if path.is_file() and not resume:
        raise SfbenchError(
            f"{out} holds a training of {name} that was begun; type --resume to go on with it"
        )
    return Progress(path, store.fingerprint(settings))
