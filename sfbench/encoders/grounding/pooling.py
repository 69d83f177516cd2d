"""From the scores of frames to what is said of a clip: one score, coverage, runs.

Source: linear softmax as in Wang et al., "A Comparison of Five Multiple Instance Learning Pooling
Functions for Sound Event Detection", arXiv 1810.09050; used by Xu et al., arXiv 2401.02584.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.floating]  # [T], scores of frames, 0 to 1
Active = NDArray[np.bool_]  # [T]
Run = tuple[float, float]  # begin and end, in seconds

CLIP_POOLINGS = ("linear-softmax", "mean", "max", "exp-softmax")


def pooled(scores: Curve, how: str = "linear-softmax") -> float:
    """Return the score of a clip, 0 to 1, from those of its frames, [T]; 0 for no frames.

    Linear softmax weights every frame by its own score: short loud events count, and yet a single
    frame is not the clip.

    Args:
        scores: Scores of the frames, [T].
        how: One of `CLIP_POOLINGS`.

    >>> pooled(np.array([1.0, 0.5, 0.0]))
    0.8333333333333334
    >>> pooled(np.array([1.0, 0.5, 0.0]), "mean")
    0.5
    """
    if how not in CLIP_POOLINGS:
        raise ValueError(f"no pooling {how!r}; choose from {', '.join(CLIP_POOLINGS)}")
    p = scores.astype(np.float64)
    if not p.sum() > 0:
        return 0.0
    if how == "max":
        return float(p.max())
    weights = {"linear-softmax": p, "mean": np.ones_like(p), "exp-softmax": np.exp(p)}[how]
    return float((p * weights).sum() / weights.sum())


def active(scores: Curve, high: float = 0.5, low: float | None = None) -> Active:
    """Return in which frames the sound is taken to be there, [T].

    With hysteresis, that is in every unbroken stretch of frames at `low` or more of which at
    least one reaches `high`.

    Args:
        scores: Scores of the frames, [T].
        high: What begins a stretch.
        low: What keeps it up; `high` when None.

    >>> active(np.array([0.4, 0.6, 0.4, 0.1, 0.4]), 0.5, 0.3).tolist()
    [True, True, True, False, False]
    """
    low = high if low is None else low
    if low > high:
        raise ValueError(f"low {low:g} is above high {high:g}")
    kept = np.zeros(len(scores), np.bool_)
    for begin, end in _stretches(scores >= low):
        kept[begin:end] = bool((scores[begin:end] >= high).any())
    return kept


@dataclass(frozen=True, slots=True)
class Coverage:
    """When a sound is there.

    Attributes:
        share: Share of the frames, 0 to 1; 0 for no frames.
        runs: Unbroken stretches, in seconds.
    """

    share: float
    runs: tuple[Run, ...]

    @property
    def longest(self) -> float:
        """Length of the longest run, in seconds; 0 for none."""
        return max((end - begin for begin, end in self.runs), default=0.0)


def coverage(there: Active, frames_per_second: float) -> Coverage:
    """Return share and runs of the frames, [T], in which a sound is there.

    >>> coverage(np.array([True, False, True, True]), 2)
    Coverage(share=0.75, runs=((0.0, 0.5), (1.0, 2.0)))
    """
    if not there.size:
        return Coverage(0.0, ())
    edges = _stretches(there) / frames_per_second
    return Coverage(float(there.mean()), tuple((float(a), float(b)) for a, b in edges))


def _stretches(holds: Active) -> NDArray[np.int64]:
    """Return first frame and frame after the last of every unbroken stretch, [S, 2]."""
    edges: NDArray[np.int64] = np.flatnonzero(np.diff(np.pad(holds, 1).astype(np.int8)))
    return edges.reshape(-1, 2)
