"""Numbers and embeddings of clips → scores with intervals."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sfbench.eval.interval import cloud_interval, mean_interval
from sfbench.eval.metric import ClipMetric, CloudMetric, metrics
from sfbench.eval.metrics.frechet import Cloud
from sfbench.eval.protocol import RESAMPLER, Protocol
from sfbench.result import ClipScores, Score

VERSION = "v1"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of the clips of one system.

    Attributes:
        scores: The clips' own numbers, [n].
        clouds: Embeddings of the true and of the generated sounds, [n, d] each, by extractor.
        signatures: The extractors' signatures.
    """

    scores: Sequence[ClipScores]
    clouds: Mapping[str, tuple[Cloud, Cloud]]
    signatures: Mapping[str, str]

    def of_label(self, label: str) -> "Measured":
        """Return what was measured of one label's clips."""
        chosen = [place for place, clip in enumerate(self.scores) if clip.label == label]
        clouds = {name: (own[chosen], made[chosen]) for name, (own, made) in self.clouds.items()}
        return replace(self, scores=[self.scores[place] for place in chosen], clouds=clouds)


def aggregate(measured: Measured, protocol: Protocol) -> list[Score]:
    """Return one score per metric of the protocol, in its order."""
    return [
        _mean_score(metric, measured.scores, protocol)
        if isinstance(metric, ClipMetric)
        else _cloud_score(metric, measured, protocol)
        for metric in (metrics[name] for name in protocol.metrics)
    ]


def by_label(measured: Measured, protocol: Protocol) -> dict[str, list[Score]]:
    """Return the scores of each label's clips alone."""
    labels = sorted({clip.label for clip in measured.scores if clip.label is not None})
    return {label: aggregate(measured.of_label(label), protocol) for label in labels}


def _mean_score(metric: ClipMetric, clips: Sequence[ClipScores], protocol: Protocol) -> Score:
    measures = [clip.metrics[metric.name] for clip in clips]
    values = np.array([one.value for one in measures if one.value is not None], np.float64)
    rule = protocol.interval
    low = high = None
    if len(values) >= rule.min_clips:
        low, high = mean_interval(
            values, level=rule.level, replicates=rule.replicates, seed=rule.seed
        )
    return Score(
        metric=metric.name,
        signature=_signature(metric.name, metric.variant, len(clips)),
        value=float(values.mean()) if len(values) else None,
        low=low,
        high=high,
        n=len(values),
        higher_is_better=metric.higher_is_better,
        unit=metric.unit,
        reason=_gaps([one.reason for one in measures], len(values), rule.min_clips),
    )


def _gaps(reasons: Sequence[str | None], defined: int, min_clips: int) -> str | None:
    """Say which clips have no value, and why there is no interval."""
    counts = Counter(reason for reason in reasons if reason is not None)
    parts = [f"undefined for {n} of {len(reasons)} clips: {why}" for why, n in counts.items()]
    if defined < min_clips:
        parts.append(f"an interval needs {min_clips} clips, not {defined}")
    return "; ".join(parts) or None


def _cloud_score(metric: CloudMetric, measured: Measured, protocol: Protocol) -> Score:
    clouds, extractor = measured.clouds[metric.extractor], measured.signatures[metric.extractor]
    rule, count = protocol.interval, len(clouds[0])
    value = low = high = reason = None
    if count < rule.min_clips:
        reason = f"needs {rule.min_clips} clips, not {count}"
    else:
        value = metric.distance(*clouds)
        low, high = cloud_interval(
            metric.distance,
            *clouds,
            level=rule.level,
            replicates=rule.cloud_replicates,
            seed=rule.seed,
        )
        low = max(low, metric.least)
    return Score(
        metric=metric.name,
        signature=_signature(metric.name, f"{extractor}|{metric.variant}", count),
        value=value,
        low=low,
        high=high,
        n=count,
        higher_is_better=metric.higher_is_better,
        unit=metric.unit,
        reason=reason,
    )


def _signature(name: str, variant: str, count: int) -> str:
    return f"{name}|{variant}|clip|{RESAMPLER}|n={count}|{VERSION}"
