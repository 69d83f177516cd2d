"""Toy generators that hold no network but run as one; workers import this file."""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from sfbench.clip import Clip
from sfbench.errors import ClipError, Reason, SfbenchError
from sfbench.manifest import read_manifest
from sfbench.model.config import GeneratorConfig
from sfbench.model.generate import generate
from sfbench.model.generator import generators
from sfbench.take import Sound

RATE = 8_000


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goes wrong, and on the clips whose number (their last two digits) is in a list."""

    refuse: list[int] = []
    answer_reason: list[int] = []
    break_batch: list[int] = []
    blind: list[int] = []
    stereo: list[int] = []
    memory: int = 0
    sighted: bool = True
    unmendable: bool = False


def number(clip: Clip) -> int:
    return int(clip.id[-2:])


@dataclass(frozen=True)
class Look:
    """Sees of a clip its number and the process that looked."""

    blind: Sequence[int]

    def __call__(self, clip: Clip) -> dict[str, int]:
        if number(clip) in self.blind:
            raise ClipError(Reason("generate", "no-picture", "black"))
        return {"number": number(clip), "process": os.getpid()}


@dataclass
class Toy:
    """Answers with noise of a clip's seed, as loud as its number says."""

    settings: Settings
    device: str
    kind: Literal["network"] = "network"
    notes: tuple[str, ...] = ("The weights are random.",)
    batches: list[int] = field(default_factory=list)

    @property
    def look(self) -> Look | None:
        return Look(self.settings.blind) if self.settings.sighted else None

    @property
    def in_effect(self) -> dict[str, Any]:
        return {"dtype": "float32", "steps": 3}

    def contents(self) -> dict[str, str]:
        return {"toy": "0" * 64}

    def perform(
        self, clips: Sequence[Clip], looks: Sequence[Any], seeds: Sequence[int]
    ) -> list[Sound | Reason]:
        wrong = self.settings
        self.batches.append(len(clips))
        if wrong.unmendable:
            raise SfbenchError("type: sfbench weights fetch toy")
        if wrong.memory and len(clips) > wrong.memory:
            raise RuntimeError("CUDA out of memory. Tried to allocate 20 GiB")
        if len(self.batches) == int(os.environ.get("TOY_KILL_AT", 0)):
            os.kill(os.getpid(), signal.SIGKILL)
        if any(number(clip) in wrong.break_batch for clip in clips):
            raise KeyError("a bug")
        if len(clips) == 1 and number(clips[0]) in wrong.refuse:
            raise ClipError(Reason("generate", "too-dark", "nothing to see"))
        if any(number(clip) in wrong.refuse for clip in clips):
            raise ValueError("cannot make this batch")
        assert all(look is None or look["process"] != os.getpid() for look in looks)
        return [self._answer(*one) for one in zip(clips, looks, seeds, strict=True)]

    def _answer(self, clip: Clip, look: dict[str, int] | None, seed: int) -> Sound | Reason:
        if number(clip) in self.settings.answer_reason:
            return Reason("generate", "shy")
        noise = np.random.default_rng(seed).normal(
            0, 0.01 * (look["number"] + 1 if look else 1), RATE
        )
        if number(clip) in self.settings.stereo:
            noise = np.stack([noise, noise])
        return Sound(noise.astype(np.float32), RATE)


OPENED: list[Toy] = []


def open_toy(manifest: Any, settings: Any, *, device: str) -> Toy:
    OPENED.append(Toy(msgspec.convert(dict(settings), Settings), device))
    return OPENED[-1]


def config(**settings: Any) -> GeneratorConfig:
    return GeneratorConfig(1, "toy", "toy", "a toy", "CC0-1.0", settings)


def main(dataset: str, runs: str) -> None:
    """Run the toy in a process of its own, which may be killed."""
    generators._rows["toy"] = "tests.model.performers:open_toy"
    generate(read_manifest(Path(dataset)), config(), Path(runs), batch=2, workers=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
