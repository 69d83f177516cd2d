"""How far two systems are apart on one metric, over the same clips, with an interval.

The interval of a difference of means is the percentile bootstrap of the differences, over clips.
That of a difference of distances is had of half of the clips, again and again, the same for both
systems, as the interval of one distance is (`interval.py`): what is chance in both cancels.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from sfbench.eval.aggregate import Measured, cloud
from sfbench.eval.interval import mean_interval
from sfbench.eval.metric import CloudMetric, MeanMetric, metrics
from sfbench.eval.metrics.frechet import Cloud
from sfbench.eval.protocol import IntervalRule
from sfbench.eval.resample import Clips, Distance, part_distance, rows_by_clip
from sfbench.eval.significance import paired_distance_p, paired_mean_p


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Two systems on one metric.

    Attributes:
        n: Number of clips on which both have a value.
        first: Score of the first system.
        second: Score of the second.
        low: Lower end of the 95 % interval of the first less the second.
        high: Upper end.
        p: Two-sided p of the paired permutation test.
    """

    n: int
    first: float
    second: float
    low: float
    high: float
    p: float

    @property
    def difference(self) -> float:
        """Score of the first system less that of the second."""
        return self.first - self.second


def contrast(name: str, first: Measured, second: Measured, rule: IntervalRule) -> Contrast | int:
    """Return how far two systems are apart, or the number of clips if those are too few.

    Args:
        name: Name of the metric.
        first: What was measured of one system.
        second: What was measured of the other: the same clips in the same order.
        rule: How intervals are found; fewer than `min_clips` clips have none.
    """
    metric = metrics[name]
    if isinstance(metric, CloudMetric):
        return _distances(metric, first, second, rule)
    return _means(metric, first, second, rule)


def _means(
    metric: MeanMetric, first: Measured, second: Measured, rule: IntervalRule
) -> Contrast | int:
    both = [
        (one.metrics[metric.name].value, other.metrics[metric.name].value)
        for one, other in zip(first.scores, second.scores, strict=True)
    ]
    pairs = np.array([pair for pair in both if None not in pair], np.float64).reshape(-1, 2)
    if len(pairs) < rule.min_clips:
        return len(pairs)
    own, other = pairs.T
    low, high = mean_interval(
        own - other, level=rule.level, replicates=rule.replicates, seed=rule.seed
    )
    return Contrast(
        n=len(pairs),
        first=float(own.mean()),
        second=float(other.mean()),
        low=low,
        high=high,
        p=paired_mean_p(own, other, replicates=rule.replicates, seed=rule.seed),
    )


def _distances(
    metric: CloudMetric, first: Measured, second: Measured, rule: IntervalRule
) -> Contrast | int:
    count = len(first.scores)
    if count < rule.min_clips:
        return count
    own, own_clips = cloud(metric, [own for own, _ in first.heard[metric.extractor]])
    (one, one_clips), (other, other_clips) = (
        cloud(metric, [made for _, made in measured.heard[metric.extractor]])
        for measured in (first, second)
    )
    draws = {"replicates": rule.cloud_replicates, "seed": rule.seed}
    low, high = distance_interval(
        metric.distance,
        own,
        one,
        other,
        level=rule.level,
        clips=(own_clips, one_clips, other_clips),
        **draws,
    )
    return Contrast(
        n=count,
        first=metric.distance(own, one),
        second=metric.distance(own, other),
        low=low,
        high=high,
        p=paired_distance_p(
            metric.distance, own, one, other, clips=(one_clips, other_clips), **draws
        ),
    )


def distance_interval(
    distance: Distance,
    reference: Cloud,
    first: Cloud,
    second: Cloud,
    *,
    level: float,
    replicates: int,
    seed: int,
    clips: tuple[Clips, Clips, Clips],
) -> tuple[float, float]:
    """Return the interval of a difference of distances to the same truth.

    Args:
        distance: The distance.
        reference: Embeddings of the true sounds, of 4 or more clips.
        first: Embeddings of one system's sounds, of the same clips.
        second: Embeddings of the other's, of the same clips.
        level: Share of repetitions that the interval should cover, 0 to 1.
        replicates: Number of subsamples.
        seed: Seed of the subsampling.
        clips: Number of the clip of each row of the three.

    Raises:
        ValueError: Fewer than 4 clips, or not the same number everywhere.
    """
    sides = (reference, first, second)
    rows = [rows_by_clip(own, len(side)) for own, side in zip(clips, sides, strict=True)]
    count = len(rows[0])
    if count < 4 or any(len(own) != count for own in rows):
        raise ValueError(f"needs the same 4 or more clips: {[len(own) for own in rows]}")
    near, far = (part_distance(distance, reference, side) for side in (first, second))
    random, half = np.random.default_rng(seed), count // 2
    differences = []
    for _ in range(replicates):
        draw = random.permutation(count)[:half]
        own, one, other = (np.concatenate([side[clip] for clip in draw]) for side in rows)
        differences.append(near(own, one) - far(own, other))
    deviation = float(np.std(differences, ddof=1)) * np.sqrt(half / (count - half))
    reach = NormalDist().inv_cdf((1 + level) / 2) * float(deviation)
    value = distance(reference, first) - distance(reference, second)
    return value - reach, value + reach
