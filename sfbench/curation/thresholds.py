"""Thresholds of the grounding step against clips of which is known whether their label is heard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRID = np.arange(101) / 100
"""Thresholds that are tried, for the score and for the coverage."""

Counts = NDArray[np.int64]  # [S, C], clips that reach score s and coverage c of the grid


@dataclass(frozen=True, slots=True)
class Judged:
    """A clip that the grounding step measured and of which the truth is known.

    Attributes:
        score: Its pooled score, 0 to 1.
        coverage: Share of its frames in which the label was heard, 0 to 1.
        heard: Whether its label can truly be heard.
        family: Family of its label.
    """

    score: float
    coverage: float
    heard: bool
    family: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What a pair of thresholds does.

    Attributes:
        score: Least score that is kept.
        coverage: Least coverage that is kept.
        kept: Clips that are kept.
        precision: Share of kept clips whose label is heard; None where none is kept.
        recall: Share of clips whose label is heard that are kept; None where there are none.
    """

    score: float
    coverage: float
    kept: int
    precision: float | None
    recall: float | None


def operate(clips: Sequence[Judged], score: float, coverage: float) -> Operation:
    """Return what a pair of thresholds does to some clips.

    >>> clips = [Judged(0.9, 0.8, True), Judged(0.6, 0.1, True), Judged(0.7, 0.6, False)]
    >>> operate(clips, 0.5, 0.5)
    Operation(score=0.5, coverage=0.5, kept=2, precision=0.5, recall=0.5)
    """
    kept = [clip for clip in clips if clip.score >= score and clip.coverage >= coverage]
    right = sum(clip.heard for clip in kept)
    heard = sum(clip.heard for clip in clips)
    return Operation(score, coverage, len(kept), _share(right, len(kept)), _share(right, heard))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def choose(clips: Sequence[Judged]) -> Operation:
    """Return the pair of thresholds of greatest F1.

    Where many pairs are equally good, it is the one nearest to their middle: the farthest from a
    mistake.

    Raises:
        ValueError: There are no clips whose label is heard, or none whose label is not.
    """
    if len({clip.heard for clip in clips}) < 2:
        raise ValueError("thresholds need clips whose label is heard and clips whose is not")
    right = _reaching([clip for clip in clips if clip.heard])
    kept = right + _reaching([clip for clip in clips if not clip.heard])
    f1 = 2 * right / (kept + right[0, 0])
    good = np.argwhere(np.isclose(f1, f1.max()))
    away = np.square(good - good.mean(0)).sum(1)
    score, coverage = good[int(away.argmin())]
    return operate(clips, float(GRID[score]), float(GRID[coverage]))


def _reaching(clips: Sequence[Judged]) -> Counts:
    """Return how many clips reach each pair of thresholds of the grid, [S, C]."""
    places = [
        np.searchsorted(GRID, [getattr(clip, name) for clip in clips], "right") - 1
        for name in ("score", "coverage")
    ]
    counts: Counts = np.zeros((len(GRID), len(GRID)), np.int64)
    np.add.at(counts, tuple(places), 1)
    for axis in (0, 1):
        counts = np.flip(np.flip(counts, axis).cumsum(axis), axis)
    return counts


def score_curve(clips: Sequence[Judged], coverage: float) -> list[Operation]:
    """Return the precision and recall of every score threshold of the grid, the lowest first."""
    return [operate(clips, float(score), coverage) for score in GRID]


def average_precision(clips: Sequence[Judged]) -> float:
    """Return the mean precision over the recalls that score thresholds reach, 0 to 1.

    Ties count as one threshold. Chance is the share of clips whose label is heard.

    >>> clips = [Judged(0.9, 1, True), Judged(0.8, 1, False), Judged(0.7, 1, True)]
    >>> round(average_precision(clips), 4)
    0.8333
    """
    score = np.array([clip.score for clip in clips])
    heard = np.array([clip.heard for clip in clips])
    levels = np.unique(score)[::-1]
    right = np.array([(heard & (score >= level)).sum() for level in levels])
    kept = np.array([(score >= level).sum() for level in levels])
    return float((np.diff(right, prepend=0) * right / kept).sum() / heard.sum())
