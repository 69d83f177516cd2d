"""What a metric is, and the table of metrics."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sfbench.catalog import Catalog
from sfbench.encoders.extractor import Outputs
from sfbench.eval.metrics.frechet import Cloud
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
class OutputMetric:
    """A number per clip, from what an extractor makes of both sounds; the score is their mean.

    Attributes:
        name: Name of the metric.
        extractor: Name of the extractor that hears the sounds.
        variant: What distinguishes this computation from others of the name.
        higher_is_better: Direction.
        unit: Unit for people.
        measure: The number of one clip, from the outputs of the true and the generated sound.
    """

    name: str
    extractor: str
    variant: str
    higher_is_better: bool
    unit: str = ""
    measure: Callable[[Outputs, Outputs], Measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudMetric:
    """A distance between the embeddings of all true and all generated sounds.

    Attributes:
        name: Name of the metric.
        extractor: Name of the extractor that embeds the sounds.
        variant: What distinguishes this computation from others of the name.
        output: Which of the extractor's outputs, [rows, width] per clip; all rows make the cloud.
        least: Smallest value that the distance can take.
        distance: The distance of two clouds.
    """

    name: str
    extractor: str
    variant: str
    output: str = "embedding"
    least: float = -math.inf
    higher_is_better: bool = False
    unit: str = ""
    distance: Callable[[Cloud, Cloud], float]


Metric = ClipMetric | OutputMetric | CloudMetric

_ROWS = "sfbench.eval.metric_rows"

metrics: Catalog[Metric] = Catalog(
    "metric",
    {
        "continuity.coverage": f"{_ROWS}:COVERAGE",
        "continuity.dropouts": f"{_ROWS}:DROPOUTS",
        "continuity.flicker": f"{_ROWS}:FLICKER",
        "continuity.longest_gap": f"{_ROWS}:LONGEST_GAP",
        "continuity.longest_run": f"{_ROWS}:LONGEST_RUN",
        "continuity.mute_rate": f"{_ROWS}:MUTE_RATE",
        "continuity.onset_error": f"{_ROWS}:ONSET_ERROR",
        "continuity.segment_f1": f"{_ROWS}:SEGMENT_F1",
        "continuity.spill": f"{_ROWS}:SPILL",
        "envelope.correlation": f"{_ROWS}:ENVELOPE",
        "fad.clap": f"{_ROWS}:FAD_CLAP",
        "fad.mel": f"{_ROWS}:FAD_MEL",
        "fad.panns": f"{_ROWS}:FAD_PANNS",
        "fad.vggish": f"{_ROWS}:FAD_VGGISH",
        "kad.clap": f"{_ROWS}:KAD_CLAP",
        "kad.mel": f"{_ROWS}:KAD_MEL",
        "kad.panns": f"{_ROWS}:KAD_PANNS",
        "mkl.panns": f"{_ROWS}:MKL_PANNS",
    },
    group="sfbench.metrics",
)
