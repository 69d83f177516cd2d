"""What a metric is, and the table of metrics."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sfbench.catalog import Catalog
from sfbench.eval.metrics.continuity import measure_coverage, measure_flicker, measure_mute
from sfbench.eval.metrics.envelope import measure_envelope
from sfbench.eval.metrics.frechet import Cloud, frechet_distance
from sfbench.eval.metrics.kernel import kernel_distance
from sfbench.eval.pair import Pair
from sfbench.result import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipMetric:
    """A number per clip; the score is their mean.

    Attributes:
        name: Name of the metric.
        variant: What distinguishes this computation from others of the name.
        higher_is_better: Direction.
        unit: Unit for people.
        measure: The number of one pair, or the reason for there being none.
    """

    name: str
    variant: str
    higher_is_better: bool
    unit: str = ""
    measure: Callable[[Pair], Measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudMetric:
    """A distance between the embeddings of all true and all generated sounds.

    Attributes:
        name: Name of the metric.
        extractor: Name of the extractor that embeds the sounds.
        variant: What distinguishes this computation from others of the name.
        least: Smallest value that the distance can take.
        distance: The distance of two clouds.
    """

    name: str
    extractor: str
    variant: str
    least: float = -math.inf
    higher_is_better: bool = False
    unit: str = ""
    distance: Callable[[Cloud, Cloud], float]


Metric = ClipMetric | CloudMetric

metrics: Catalog[Metric] = Catalog(
    "metric",
    {
        "fad.mel": "sfbench.eval.metric:FAD_MEL",
        "kad.mel": "sfbench.eval.metric:KAD_MEL",
        "continuity.coverage": "sfbench.eval.metric:COVERAGE",
        "continuity.flicker": "sfbench.eval.metric:FLICKER",
        "continuity.mute_rate": "sfbench.eval.metric:MUTE_RATE",
        "envelope.correlation": "sfbench.eval.metric:ENVELOPE",
    },
    group="sfbench.metrics",
)

_LEVEL = "level|16k|10ms|80-7600hz"

FAD_MEL = CloudMetric(
    name="fad.mel", extractor="mel", variant="frechet-exact", least=0.0, distance=frechet_distance
)
KAD_MEL = CloudMetric(
    name="kad.mel", extractor="mel", variant="gauss-refmedian-x100", distance=kernel_distance
)
COVERAGE = ClipMetric(
    name="continuity.coverage",
    variant=_LEVEL,
    higher_is_better=True,
    measure=measure_coverage,
)
FLICKER = ClipMetric(
    name="continuity.flicker",
    variant=f"{_LEVEL}|100ms|abs-diff-to-reference",
    higher_is_better=False,
    unit="dB",
    measure=measure_flicker,
)
MUTE_RATE = ClipMetric(
    name="continuity.mute_rate",
    variant=f"{_LEVEL}|coverage<0.1",
    higher_is_better=False,
    measure=measure_mute,
)
ENVELOPE = ClipMetric(
    name="envelope.correlation",
    variant=f"{_LEVEL}|floor-60dbfs|pearson",
    higher_is_better=True,
    measure=measure_envelope,
)
