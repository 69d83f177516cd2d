"""Numbers and embeddings of clips → scores with intervals."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.extractor import Outputs
from sfbench.eval.interval import cloud_interval, mean_interval, real_floor
from sfbench.eval.metric import ClipMetric, CloudMetric, Metric, OutputMetric, metrics
from sfbench.eval.metrics.frechet import Cloud
from sfbench.eval.protocol import RESAMPLER, Protocol
from sfbench.result import ClipScores, Score

VERSION = "v1"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of the clips of one system.

    Attributes:
        scores: The clips' own numbers, [n].
        heard: What each extractor made of the true and of the generated sound, [n] by extractor.
        signatures: The extractors' signatures.
    """

    scores: Sequence[ClipScores]
    heard: Mapping[str, Sequence[tuple[Outputs, Outputs]]]
    signatures: Mapping[str, str]

    def of_label(self, label: str) -> "Measured":
        """Return what was measured of one label's clips."""
        chosen = [place for place, clip in enumerate(self.scores) if clip.label == label]
        heard = {name: [pairs[place] for place in chosen] for name, pairs in self.heard.items()}
        return replace(self, scores=[self.scores[place] for place in chosen], heard=heard)


def aggregate(measured: Measured, protocol: Protocol) -> list[Score]:
    """Return one score per metric of the protocol, in its order."""
    return [
        _cloud_score(metric, measured, protocol)
        if isinstance(metric, CloudMetric)
        else _mean_score(metric, measured, protocol)
        for metric in (metrics[name] for name in protocol.metrics)
    ]


def by_label(measured: Measured, protocol: Protocol) -> dict[str, list[Score]]:
    """Return the scores of each label's clips alone."""
    labels = sorted({clip.label for clip in measured.scores if clip.label is not None})
    return {label: aggregate(measured.of_label(label), protocol) for label in labels}


def _mean_score(metric: ClipMetric | OutputMetric, measured: Measured, protocol: Protocol) -> Score:
    measures = [clip.metrics[metric.name] for clip in measured.scores]
    values = np.array([one.value for one in measures if one.value is not None], np.float64)
    rule = protocol.interval
    low = high = None
    if len(values) >= rule.min_clips:
        low, high = mean_interval(
            values, level=rule.level, replicates=rule.replicates, seed=rule.seed
        )
    return Score(
        metric=metric.name,
        signature=_signature(metric, measured),
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
    rule, count = protocol.interval, len(measured.scores)
    score = Score(
        metric=metric.name,
        signature=_signature(metric, measured),
        value=None,
        n=count,
        higher_is_better=metric.higher_is_better,
        unit=metric.unit,
        reason=f"needs {rule.min_clips} clips, not {count}",
    )
    if count < rule.min_clips:
        return score
    own, own_clips = _cloud(metric, [own for own, _ in measured.heard[metric.extractor]])
    made, made_clips = _cloud(metric, [made for _, made in measured.heard[metric.extractor]])
    draws = {"replicates": rule.cloud_replicates, "seed": rule.seed}
    low, high = cloud_interval(
        metric.distance, own, made, level=rule.level, clips=(own_clips, made_clips), **draws
    )
    return replace(
        score,
        value=metric.distance(own, made),
        low=max(low, metric.least),
        high=high,
        floor=real_floor(metric.distance, own, clips=own_clips, **draws),
        reason=None,
    )


def _cloud(metric: CloudMetric, heard: Sequence[Outputs]) -> tuple[Cloud, NDArray[np.intp]]:
    """Return all rows of all clips, [rows, d], and the number of the clip of each row."""
    rows = [outputs[metric.output] for outputs in heard]
    clips = np.repeat(np.arange(len(rows)), [len(own) for own in rows])
    return np.concatenate(rows).astype(np.float64), clips


def _signature(metric: Metric, measured: Measured) -> str:
    """Return all that decides whether two numbers may be compared, in one line."""
    heard_by = [] if isinstance(metric, ClipMetric) else [measured.signatures[metric.extractor]]
    parts = [metric.name, *heard_by, metric.variant, "clip", RESAMPLER]
    return "|".join([*parts, f"n={len(measured.scores)}", VERSION])
