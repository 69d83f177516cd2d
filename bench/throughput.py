"""Prints what curation's steps without networks cost, against bare decoding of the same files.

Run: python bench/throughput.py VIDEO…

Processor time of one process and its children, the least of five rounds; bare is PyAV decoding
every frame of every stream on one thread. 1.00 would be free.
"""

import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av

from sfbench.curation.examine import LOOK_SIZE, LOOKS_PER_SECOND
from sfbench.curation.recipe import read_recipe
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft, Step, steps
from sfbench.media.level import RATE
from sfbench.media.read import Media, read_media
from sfbench.show import table

ROUNDS = 5


def processor_seconds(work: Callable[[], object]) -> float:
    """Return the processor time of some work, its child processes included."""
    begin = _spent()
    work()
    return _spent() - begin


def _spent() -> float:
    own, children = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def decode(path: Path) -> int:
    """Decode every frame of a file; return how many there are."""
    with av.open(str(path)) as container:
        for stream in container.streams:
            stream.codec_context.thread_count = 1
        return sum(len(packet.decode()) for packet in container.demux())


def read(path: Path) -> Media:
    """Read a file as curation does."""
    return read_media(path, rates=(RATE,), fps=LOOKS_PER_SECOND, size=LOOK_SIZE, strict=False)


def judged(path: Path, chosen: Sequence[Step]) -> Draft:
    """Read a file and let steps judge it."""
    draft = Draft(Candidate(id="clip", label="helicopter"), path=path, media=read(path))
    for step in chosen:
        step.keep(draft)
    return draft


def rows(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield what each further step leaves of the speed of bare decoding."""
    recipe = read_recipe("vgg-c")  # once, as a curation does
    health, duplicates = (steps[name](recipe) for name in ("health", "duplicates"))
    works: dict[str, Callable[[], object]] = {
        "read": lambda: read(path),
        "read, health": lambda: judged(path, [health]),
        "read, health, duplicates": lambda: judged(path, [health, duplicates]),
    }
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        shape = f"{video.width}x{video.height}"
    for name, work in works.items():
        bare = min(processor_seconds(lambda: decode(path)) for _ in range(ROUNDS))
        ours = min(processor_seconds(work) for _ in range(ROUNDS))
        cost = (f"{1000 * bare:.0f}", f"{1000 * ours:.0f}", f"{bare / ours:.2f}")
        yield (path.stem, shape, name, *cost)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(shutil.copy(name, folder)) for name in sys.argv[1:]]
        lines = [row for copy in copies for row in rows(copy)]
    print(table(("file", "pictures", "steps", "bare, ms", "ours, ms", "bare / ours"), lines))


if __name__ == "__main__":
    main()
