"""Peak memory of `curate` and `run` on many small clips: python bench/memory.py 100 1000.

Each verb runs in a process of its own; what is printed is the largest resident size of the parent
and of its largest worker, in MiB. Neither should grow with the number of clips.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sfbench.media.write import write_mp4
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.render import render

DIFFERENT = 20
VERBS = {
    "curate": "curate --quiet --source folder:in --recipe basic --out vgg-c",
    "run": "run --quiet --model noise --data vgg-c",
}
PEAKS = (
    "import resource, sys; from sfbench.cli import main; sys.argv = ['sfbench', *sys.argv[1:]]\n"
    "try: main()\n"
    "except SystemExit as leaving: assert not leaving.code, leaving.code\n"
    "for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):\n"
    "    print(resource.getrusage(who).ru_maxrss / 1024)"
)


def make_clips(folder: Path, count: int) -> None:
    """Write `count` clips of 5 s, 64×64: a few scenes again and again under other names."""
    for index in range(count):
        path = folder / f"clip{index:05d}.mp4"
        if index < DIFFERENT:
            scene = render(draw_scene(0, 24 * index), fps=8, size=(64, 64))
            write_mp4(path, scene.frames[:40], 8, scene.sound[: 5 * 16_000], 16_000)
        else:
            path.write_bytes((folder / f"clip{index % DIFFERENT:05d}.mp4").read_bytes())


def peaks(verb: str, folder: Path) -> tuple[float, float, float]:
    """Return parent's and largest worker's peak, in MiB, and the seconds that a verb took."""
    began = time.monotonic()
    command = [sys.executable, "-c", PEAKS, *VERBS[verb].split()]
    printed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    parent, worker = map(float, printed.split())
    return parent, worker, time.monotonic() - began


def main() -> None:
    """Print a row per verb and number of clips."""
    print(f"{'verb':8}{'clips':>8}{'parent MiB':>12}{'worker MiB':>12}{'seconds':>10}")
    for count in map(int, sys.argv[1:] or ("100", "1000")):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (folder / "in").mkdir()
            make_clips(folder / "in", count)
            for verb in VERBS:
                parent, worker, seconds = peaks(verb, folder)
                print(f"{verb:8}{count:8}{parent:12.0f}{worker:12.0f}{seconds:10.0f}", flush=True)


if __name__ == "__main__":
    main()
