"""Thresholds of the grounding step against clips of which is known whether their label is heard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sfbench.curation.grounding_rule import GroundingRule

GRID = tuple(round(step / 100, 2) for step in range(101))
"""Thresholds that are tried."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A clip that the grounding step measured and of which the truth is known.

    Attributes:
        score: Its pooled score, 0 to 1.
        coverage: Share of its frames in which the label was heard, 0 to 1.
        heard: Whether its label can truly be heard.
    """

    score: float
    coverage: float
    heard: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """What a pair of thresholds does.

    Attributes:
        score: Least score that is kept.
        coverage: Least coverage that is kept.
        kept: Clips that are kept.
        precision: Share of kept clips whose label is heard; 1 where none is kept.
        recall: Share of clips whose label is heard that are kept; 1 where there are none.
    """

    score: float
    coverage: float
    kept: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def operate(clips: Sequence[Judged], score: float, coverage: float) -> Operation:
    """Return what a pair of thresholds does to some clips.

    >>> clips = [Judged(0.9, 0.8, True), Judged(0.6, 0.1, True), Judged(0.7, 0.6, False)]
    >>> operate(clips, 0.5, 0.5)
    Operation(score=0.5, coverage=0.5, kept=2, precision=0.5, recall=0.5)
    """
    kept = [clip for clip in clips if clip.score >= score and clip.coverage >= coverage]
    right = sum(clip.heard for clip in kept)
    heard = sum(clip.heard for clip in clips)
    return Operation(
        score=score,
        coverage=coverage,
        kept=len(kept),
        precision=right / len(kept) if kept else 1.0,
        recall=right / heard if heard else 1.0,
    )


def score_curve(clips: Sequence[Judged], coverage: float) -> list[Operation]:
    """Return the precision and recall of every score threshold of the grid, the lowest first."""
    return [operate(clips, score, coverage) for score in GRID]


def calibrated(clips: Sequence[Judged], rule: GroundingRule) -> Operation:
    """Return the score threshold of greatest F1 at the rule's coverage.

    Where a stretch of thresholds is equally good, its middle is taken: the farthest from a mistake.

    Raises:
        ValueError: There are no clips whose label is heard, or none whose label is not.
    """
    if len({clip.heard for clip in clips}) < 2:
        raise ValueError("calibration needs clips whose label is heard and clips whose is not")
    curve = score_curve(clips, rule.coverage)
    best = max(point.f1 for point in curve)
    good = [place for place, point in enumerate(curve) if np.isclose(point.f1, best)]
    stretch = max(np.split(good, np.flatnonzero(np.diff(good) > 1) + 1), key=len)
    return curve[int(stretch[len(stretch) // 2])]
