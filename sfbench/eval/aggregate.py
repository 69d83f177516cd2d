"""Numbers and embeddings of clips → scores with intervals."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.extractor import Outputs
from sfbench.eval.caution import cautions
from sfbench.eval.interval import cloud_interval, macro_interval, mean_interval, real_floor
from sfbench.eval.metric import (
    ClipMetric,
    CloudMetric,
    MeanMetric,
    Metric,
    OutputMetric,
    SightMetric,
    metrics,
)
from sfbench.eval.metrics.divergence import mean_divergence
from sfbench.eval.metrics.frechet import Cloud
from sfbench.eval.protocol import RESAMPLER, IntervalRule, Protocol, Window
from sfbench.result import ClipScores, Score

VERSION = "v1"

Stratum = Callable[[ClipScores], str | None]


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

    def of(self, stratum: "Stratum", name: str) -> "Measured":
        """Return what was measured of the clips of one stratum."""
        chosen = [place for place, clip in enumerate(self.scores) if stratum(clip) == name]
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
    """Return the scores of each label's clips alone; distances without interval and floor."""
    return _strata(measured, protocol, lambda clip: clip.label)


def by_family(measured: Measured, protocol: Protocol) -> dict[str, list[Score]]:
    """Return the scores of each family's clips alone; distances without interval and floor."""
    return _strata(measured, protocol, lambda clip: clip.family)


def _strata(measured: Measured, protocol: Protocol, stratum: Stratum) -> dict[str, list[Score]]:
    quick = msgspec.structs.replace(
        protocol, interval=msgspec.structs.replace(protocol.interval, cloud_replicates=0)
    )
    names = sorted({name for clip in measured.scores if (name := stratum(clip)) is not None})
    return {name: aggregate(measured.of(stratum, name), quick) for name in names}


def _mean_score(metric: MeanMetric, measured: Measured, protocol: Protocol) -> Score:
    measures = [clip.metrics[metric.name] for clip in measured.scores]
    defined = [place for place, one in enumerate(measures) if one.value is not None]
    values = np.array([measures[place].value for place in defined], np.float64)
    macro = isinstance(metric, OutputMetric) and metric.average == "macro"
    labels = [str(measured.scores[place].label) for place in defined] if macro else None
    rule = protocol.interval
    value = mean_divergence(values, labels) if defined else None
    low, high = _interval(values, labels, rule) if len(values) >= rule.min_clips else (None, None)
    scales = metric.scales if isinstance(metric, SightMetric) else {}
    return Score(
        metric=metric.name,
        signature=_signature(metric, measured, protocol),
        value=value,
        low=low,
        high=high,
        n=len(values),
        higher_is_better=metric.higher_is_better,
        unit=metric.unit,
        reason=_gaps([one.reason for one in measures], len(values), rule.min_clips),
        scales={name: scale(value) for name, scale in scales.items() if value is not None},
    )


def _interval(
    values: NDArray[np.float64], labels: Sequence[str] | None, rule: IntervalRule
) -> tuple[float, float]:
    level, replicates, seed = rule.level, rule.replicates, rule.seed
    if labels is None:
        return mean_interval(values, level=level, replicates=replicates, seed=seed)
    return macro_interval(values, labels, level=level, replicates=replicates, seed=seed)


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
        signature=_signature(metric, measured, protocol),
        value=None,
        n=count,
        higher_is_better=metric.higher_is_better,
        unit=metric.unit,
        reason=f"needs {rule.min_clips} clips, not {count}",
    )
    if count < rule.min_clips:
        return score
    own, own_clips = cloud(metric, [own for own, _ in measured.heard[metric.extractor]])
    made, made_clips = cloud(metric, [made for _, made in measured.heard[metric.extractor]])
    score = replace(score, value=metric.distance(own, made), reason=None)
    if not rule.cloud_replicates:
        return replace(score, reason="a part of the clips: no interval, no floor")
    draws = {"replicates": rule.cloud_replicates, "seed": rule.seed}
    low, high = cloud_interval(
        metric.distance, own, made, level=rule.level, clips=(own_clips, made_clips), **draws
    )
    floor = real_floor(metric.distance, own, clips=own_clips, **draws) if metric.has_floor else None
    score = replace(score, low=max(low, metric.least), high=high, floor=floor)
    return replace(score, warnings=cautions(metric, score, own, own_clips))


def cloud(metric: CloudMetric, heard: Sequence[Outputs]) -> tuple[Cloud, NDArray[np.intp]]:
    """Return all rows of all clips, [rows, d], and the number of the clip of each row."""
    rows = [outputs[metric.output] for outputs in heard]
    clips = np.repeat(np.arange(len(rows)), [len(own) for own in rows])
    return np.concatenate(rows).astype(np.float64), clips


def _signature(metric: Metric, measured: Measured, protocol: Protocol) -> str:
    """Return all that decides whether two numbers may be compared, in one line."""
    networks = []
    if isinstance(metric, SightMetric):
        networks.append(measured.signatures[metric.sight.name])
    if not isinstance(metric, ClipMetric):
        networks.append(measured.signatures[metric.extractor])
    treated = [*_window_words(protocol.window), *protocol.signal.words]
    parts = [metric.name, *networks, metric.variant, "clip", *treated, RESAMPLER]
    return "|".join([*parts, f"n={len(measured.scores)}", VERSION])


def _window_words(window: Window) -> list[str]:
    """Return what departs from the first ten seconds, cropped to what is shared."""
    usual = (window.start, window.seconds) == (0.0, 10.0)
    end = window.start + window.seconds
    return [
        *([] if usual else [f"{window.start:g}-{end:g}s"]),
        *([] if window.policy == "crop" else [window.policy]),
    ]
