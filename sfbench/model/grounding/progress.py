"""What a training remembers, so that it can go on where it was stopped."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import torch

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.model.grounding.exam import Marks
from sfbench.model.grounding.settings import Settings

_FILE = "grounding.progress.pt"


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the world `check` while training.

    Attributes:
        step: Steps that were taken.
        loss: Mean loss since the last look.
        marks: How well the network heard.
    """

    step: int
    loss: float
    marks: Marks


@dataclass(slots=True)
class Progress:
    """The state of a training in a file.

    Attributes:
        path: The file.
        asked: Hash of the settings that it belongs to.
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
        """Forget the training: it is finished."""
        self.path.unlink(missing_ok=True)


def open_progress(out: Path, settings: Settings, resume: bool) -> Progress:
    """Return the progress of the training in a folder.

    Raises:
        SfbenchError: A training was begun there and `resume` does not say to go on.
    """
    path = out / _FILE
    if path.is_file() and not resume:
        raise SfbenchError(f"{out} holds a training that was begun; type --resume to go on with it")
    return Progress(path, store.fingerprint(settings))
