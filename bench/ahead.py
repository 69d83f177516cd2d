"""What looking ahead saves: python bench/ahead.py [clips].

A generator whose network waits, as for a device, as long as a look takes, is run with its looks in
worker processes and with its looks between its batches. 2.0 would be perfect; the start of the
workers is in it.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sfbench.clip import Clip
from sfbench.errors import Reason
from sfbench.media.read import read_media
from sfbench.media.write import write_mp4
from sfbench.model.perform import perform
from sfbench.take import Sound

SECONDS = 10
BATCH = 4


@dataclass(frozen=True)
class Look:
    """Decodes pictures as a model's front end does, 15 a second."""

    folder: Path

    def __call__(self, clip: Clip) -> np.ndarray:
        return read_media(self.folder / clip.video, fps=15.0, size=(224, 224)).frames


@dataclass
class Waiter:
    """Answers after a while."""

    see: Look
    look: Callable[[Clip], Any] | None
    waits: float
    kind: Literal["network"] = "network"

    def perform(
        self, clips: Sequence[Clip], looks: Sequence[Any], seeds: Sequence[int]
    ) -> list[Sound | Reason]:
        for clip in clips if self.look is None else ():
            self.see(clip)
        time.sleep(self.waits * len(clips))
        return [Sound(np.zeros(16_000, np.float32), 16_000) for _ in clips]

    def contents(self) -> dict[str, str]:
        return {}


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        slope = np.linspace(0, 255, 640 * 360 * 3).reshape(360, 640, 3).astype(np.uint8)
        pictures = (np.roll(slope, 8 * k, axis=1) for k in range(25 * SECONDS))
        write_mp4(folder / "a.mp4", pictures, 25, None, 0)
        clips = [
            Clip(id=f"c{k}", label=None, split="test", video="a.mp4", sha256="", seconds=SECONDS)
            for k in range(count)
        ]
        see = Look(folder)
        once = min(seconds_of(lambda: see(clips[0])) for _ in range(3))
        took = {}
        for look in (None, see):
            waiter = Waiter(see, look, once)
            took[look] = seconds_of(
                lambda waiter=waiter: list(perform(waiter, clips, folder, 0, batch=BATCH))
            )
    print(f"a look takes {once:.2f} s; {count} clips in batches of {BATCH}")
    print(f"looks between batches  {took[None]:6.1f} s")
    print(f"looks ahead            {took[see]:6.1f} s")
    print(f"ratio                  {took[None] / took[see]:6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 48)
