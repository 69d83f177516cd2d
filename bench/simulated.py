"""Prints how many clips of the simulated world one core makes per minute.

Run: python bench/simulated.py [clips]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sfbench.curation.simulated import SimulatedSource
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.render import render


def clips_per_minute(count: int, make: Callable[[int], object]) -> float:
    """Return the rate by processor time, so that other programs do not count."""
    begin = time.process_time()
    for index in range(count):
        make(index)
    return 60 * count / (time.process_time() - begin)


def main(count: int) -> None:
    source = SimulatedSource(count=count)
    candidates = list(source.candidates())
    with tempfile.TemporaryDirectory() as folder:

        def write(index: int) -> None:
            source.fetch(candidates[index], Path(folder) / f"{candidates[index].id}.mp4")

        print(f"rendered and written  {clips_per_minute(count, write):6.0f} clips/min/core")
    arrays = clips_per_minute(count, lambda index: render(draw_scene(0, index)))
    print(f"arrays, 64x64 at 8/s  {arrays:6.0f} clips/min/core")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
