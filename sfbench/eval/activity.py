"""When a sound is there: frames of 10 ms, and their runs in seconds."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sfbench.media.level import HOP

Levels = NDArray[np.float64]  # [T] dBFS, every 10 ms
Frames = NDArray[np.bool_]  # [T], every 10 ms
Runs = list[tuple[float, float]]  # [start, end) in seconds

SILENT_DBFS = -60.0
BELOW_OWN_DB = 25.0
BELOW_REFERENCE_DB = 30.0
_SHORTEST_HOLE = round(0.150 / HOP)
_SHORTEST_ISLAND = round(0.050 / HOP)


def activity(levels: Levels, reference_levels: Levels) -> Frames:
    """Return the frames in which a sound is there, [T].

    There means above all of: 25 dB below its own 95th percentile, 30 dB below the reference's,
    -60 dBFS. Holes shorter than 150 ms are closed, then islands shorter than 50 ms are dropped.
    Source: `eval/README.md`, continuity.
    """
    threshold = max(
        np.percentile(levels, 95) - BELOW_OWN_DB,
        np.percentile(reference_levels, 95) - BELOW_REFERENCE_DB,
        SILENT_DBFS,
    )
    closed = _without_short(levels > threshold, _SHORTEST_HOLE, value=False)
    return _without_short(closed, _SHORTEST_ISLAND, value=True)


def runs(frames: Frames) -> Runs:
    """Return the stretches of true frames as [start, end) in seconds.

    >>> runs(np.array([False, True, True, False]))
    [(0.01, 0.03)]
    """
    return [
        (round(begin * HOP, 2), round(end * HOP, 2))
        for begin, end, value in _stretches(frames)
        if value
    ]


def frames_of(intervals: Runs, count: int) -> Frames:
    """Return `count` frames that are true inside the intervals, the inverse of `runs`.

    >>> frames_of([(0.01, 0.03)], 4).tolist()
    [False, True, True, False]
    """
    frames = np.zeros(count, np.bool_)
    for start, end in intervals:
        frames[round(start / HOP) : round(end / HOP)] = True
    return frames


def _without_short(frames: Frames, shortest: int, *, value: bool) -> Frames:
    """Flip the stretches of `value` shorter than `shortest`; edges of the clip are no holes."""
    flipped = frames.copy()
    for begin, end, own in _stretches(frames):
        at_edge = begin == 0 or end == len(frames)
        if own == value and end - begin < shortest and not (at_edge and not value):
            flipped[begin:end] = not value
    return flipped


def _stretches(frames: Frames) -> list[tuple[int, int, bool]]:
    """Return (begin, end, value) of every stretch of equal frames."""
    if not len(frames):
        return []
    edges = [0, *(np.flatnonzero(np.diff(frames)) + 1).tolist(), len(frames)]
    return [(begin, end, bool(frames[begin])) for begin, end in pairwise(edges)]
