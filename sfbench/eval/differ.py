"""Which systems differ by more than chance: every pair, every metric, the same clips."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np

from sfbench.eval.aggregate import Measured, cloud
from sfbench.eval.metric import CloudMetric, MeanMetric, metrics
from sfbench.eval.protocol import Protocol
from sfbench.eval.significance import holm, paired_distance_p, paired_mean_p
from sfbench.progress import Watch, quiet
from sfbench.result import Difference


def differences(
    systems: Mapping[str, Measured], protocol: Protocol, *, watch: Watch = quiet
) -> list[Difference]:
    """Return the difference of every pair of systems on every metric, with Holm's correction.

    Args:
        systems: What was measured, by system; the same clips in the same order.
        protocol: The protocol.
        watch: Shows the progress.

    Returns:
        One difference for each pair and metric that both have a score for.
    """
    pairs = list(combinations(systems, 2))
    questions = [
        found
        for first, second in watch(iter(pairs), len(pairs), "compare")
        for found in _of_pair(first, second, systems, protocol)
    ]
    safe = holm([one.p for one in questions])
    return [replace(one, p_holm=p) for one, p in zip(questions, safe, strict=True)]


def _of_pair(
    first: str, second: str, systems: Mapping[str, Measured], protocol: Protocol
) -> Iterator[Difference]:
    for metric in (metrics[name] for name in protocol.metrics):
        compare = _distances if isinstance(metric, CloudMetric) else _means
        found = compare(metric, systems[first], systems[second], protocol)  # type: ignore[arg-type]
        if found is not None:
            yield Difference(
                protocol=protocol.sha256,
                metric=metric.name,
                first=first,
                second=second,
                difference=found[0],
                p=found[1],
                p_holm=1.0,
            )


def _means(
    metric: MeanMetric, first: Measured, second: Measured, protocol: Protocol
) -> tuple[float, float] | None:
    """Return difference and p over the clips on which both systems have a value."""
    both = [
        (one.metrics[metric.name].value, other.metrics[metric.name].value)
        for one, other in zip(first.scores, second.scores, strict=True)
    ]
    pairs = np.array([pair for pair in both if None not in pair], np.float64).reshape(-1, 2)
    rule = protocol.interval
    if len(pairs) < rule.min_clips:
        return None
    p = paired_mean_p(pairs[:, 0], pairs[:, 1], replicates=rule.replicates, seed=rule.seed)
    return float((pairs[:, 0] - pairs[:, 1]).mean()), p


def _distances(
    metric: CloudMetric, first: Measured, second: Measured, protocol: Protocol
) -> tuple[float, float] | None:
    rule = protocol.interval
    if len(first.scores) < rule.min_clips:
        return None
    own, _ = cloud(metric, [own for own, _ in first.heard[metric.extractor]])
    (one, one_clips), (other, other_clips) = (
        cloud(metric, [made for _, made in measured.heard[metric.extractor]])
        for measured in (first, second)
    )
    p = paired_distance_p(
        metric.distance,
        own,
        one,
        other,
        replicates=rule.cloud_replicates,
        seed=rule.seed,
        clips=(one_clips, other_clips),
    )
    return metric.distance(own, one) - metric.distance(own, other), p
