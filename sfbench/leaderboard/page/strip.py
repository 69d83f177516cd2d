"""The coverage strip: where a sound should be heard, and where it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Interval = Sequence[float]  # [start, end], seconds


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the strip, in shares of the clip's length.

    Attributes:
        start: Where it begins, 0 to 1.
        width: How long it is, 0 to 1.
        kind: `heard` as expected, `gap` where sound is missing, `spill` where none is expected.
    """

    start: float
    width: float
    kind: Literal["heard", "gap", "spill"]


def strip(
    active: Iterable[Interval], expected: Iterable[Interval], seconds: float
) -> list[Segment]:
    """Return the segments of a strip, in time; where nothing is heard or expected there is none.

    >>> [(part.start, part.width, part.kind) for part in strip([(2, 6)], [(0, 4)], 8)]
    [(0.0, 0.25, 'gap'), (0.25, 0.25, 'heard'), (0.5, 0.25, 'spill')]
    """
    sounding, wanted = _clipped(active, seconds), _clipped(expected, seconds)
    edges = sorted({edge for interval in sounding + wanted for edge in interval})
    segments = []
    for start, end in pairwise(edges):
        heard, due = _covers(sounding, start, end), _covers(wanted, start, end)
        if heard or due:
            kind: Literal["heard", "gap", "spill"] = (
                "heard" if heard and due else "gap" if due else "spill"
            )
            segments.append(Segment(start / seconds, (end - start) / seconds, kind))
    return segments


def _clipped(intervals: Iterable[Interval], seconds: float) -> list[tuple[float, float]]:
    within = [(max(0.0, start), min(seconds, end)) for start, end in intervals]
    return [(start, end) for start, end in within if start < end]


def _covers(intervals: Iterable[tuple[float, float]], start: float, end: float) -> bool:
    return any(begin <= start and end <= stop for begin, stop in intervals)
