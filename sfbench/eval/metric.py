"""What a metric is, and the table of metrics."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

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
        average: `micro` weighs all clips alike, `macro` all labels.
    """

    name: str
    extractor: str
    variant: str
    higher_is_better: bool
    unit: str = ""
    measure: Callable[[Outputs, Outputs], Measure]
    average: Literal["micro", "macro"] = "micro"


class Sight(NamedTuple):
    """Which pictures of a video an extractor sees.

    Attributes:
        extractor: Name of the extractor.
        every: Distance between the pictures, counted in the video's own rate; 1 takes them all.
    """

    extractor: str
    every: int

    @property
    def name(self) -> str:
        """Name that tells it from other sights of the same extractor."""
        return f"{self.extractor}/{self.every}"

    @property
    def words(self) -> str:
        """The choice of pictures, for signatures."""
        return "all-frames" if self.every == 1 else f"frames-1/{self.every}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SightMetric:
    """A number per clip, from what is seen and what is heard; the score is their mean.

    Attributes:
        name: Name of the metric.
        extractor: Name of the extractor that hears the generated sound.
        sight: Who sees which pictures.
        variant: What distinguishes this computation from others of the name.
        higher_is_better: Direction.
        unit: Unit for people.
        measure: The number of one clip, from the outputs of its pictures, [T, width], and of the
            generated sound.
        scales: What papers make of the mean, by the scale's name.
    """

    name: str
    extractor: str
    sight: Sight
    variant: str
    higher_is_better: bool
    unit: str = ""
    measure: Callable[[Outputs, Outputs], Measure]
    scales: Mapping[str, Callable[[float], float]] = field(default_factory=dict)


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
        has_floor: Whether the true sounds are looked at, so that their halves have a distance.
    """

    name: str
    extractor: str
    variant: str
    output: str = "embedding"
    least: float = -math.inf
    higher_is_better: bool = False
    unit: str = ""
    distance: Callable[[Cloud, Cloud], float]
    has_floor: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMetric:
    """A number per clip, from what an extractor makes of the generated sound and the clip's label.

    Attributes:
        name: Name of the metric.
        extractor: Name of the extractor that hears the sound.
        variant: What distinguishes this computation from others of the name.
        higher_is_better: Direction.
        unit: Unit for people.
        measure: The number of one clip, from the outputs of the generated sound and the label.
    """

    name: str
    extractor: str
    variant: str
    higher_is_better: bool
    unit: str = ""
    measure: Callable[[Outputs, str | None], Measure]


MeanMetric = ClipMetric | OutputMetric | LabelMetric | SightMetric
Metric = MeanMetric | CloudMetric

_ROWS = "sfbench.eval.metric_rows"
_SEMANTIC = "sfbench.eval.semantic_rows"

metrics: Catalog[Metric] = Catalog(
    "metric",
    {
        "clip_score": f"{_ROWS}:CLIP_SCORE",
        "clip_score.all": f"{_ROWS}:CLIP_SCORE_ALL",
        "clip_score.mini": f"{_ROWS}:CLIP_SCORE_MINI",
        "clip_score.plain-mean": f"{_ROWS}:CLIP_SCORE_PLAIN",
        "continuity.coverage": f"{_ROWS}:COVERAGE",
        "continuity.coverage.off-screen": f"{_ROWS}:COVERAGE_OFF_SCREEN",
        "continuity.dropouts": f"{_ROWS}:DROPOUTS",
        "continuity.flicker": f"{_ROWS}:FLICKER",
        "continuity.longest_gap": f"{_ROWS}:LONGEST_GAP",
        "continuity.longest_run": f"{_ROWS}:LONGEST_RUN",
        "continuity.mute_rate": f"{_ROWS}:MUTE_RATE",
        "continuity.onset_error": f"{_ROWS}:ONSET_ERROR",
        "continuity.segment_f1": f"{_ROWS}:SEGMENT_F1",
        "continuity.silence_kept": f"{_ROWS}:SILENCE_KEPT",
        "continuity.spill": f"{_ROWS}:SPILL",
        "energy.l1": f"{_ROWS}:ENERGY_L1",
        "envelope.correlation": f"{_ROWS}:ENVELOPE",
        "fad.clap": f"{_ROWS}:FAD_CLAP",
        "fad.clap-int16": f"{_ROWS}:FAD_CLAP_INT16",
        "fad.mel": f"{_ROWS}:FAD_MEL",
        "fad.melception": f"{_ROWS}:FAD_MELCEPTION",
        "fad.mini-clap": f"{_ROWS}:FAD_MINI_CLAP",
        "fad.mini-panns": f"{_ROWS}:FAD_MINI_PANNS",
        "fad.mini-vggish": f"{_ROWS}:FAD_MINI_VGGISH",
        "fad.panns": f"{_ROWS}:FAD_PANNS",
        "fad.panns-16k": f"{_ROWS}:FAD_PANNS_16K",
        "fad.panns-collapsed": f"{_ROWS}:FAD_PANNS_COLLAPSED",
        "fad.passt": f"{_ROWS}:FAD_PASST",
        "fad.vggish": f"{_ROWS}:FAD_VGGISH",
        "isc.melception": f"{_ROWS}:ISC_MELCEPTION",
        "isc.panns": f"{_ROWS}:ISC_PANNS",
        "isc.panns-16k": f"{_ROWS}:ISC_PANNS_16K",
        "kad.clap": f"{_ROWS}:KAD_CLAP",
        "kad.clap-int16": f"{_ROWS}:KAD_CLAP_INT16",
        "kad.mel": f"{_ROWS}:KAD_MEL",
        "kad.mini-clap": f"{_ROWS}:KAD_MINI_CLAP",
        "kad.mini-panns": f"{_ROWS}:KAD_MINI_PANNS",
        "kad.mini-vggish": f"{_ROWS}:KAD_MINI_VGGISH",
        "kad.panns": f"{_ROWS}:KAD_PANNS",
        "kad.panns-16k": f"{_ROWS}:KAD_PANNS_16K",
        "kad.vggish": f"{_ROWS}:KAD_VGGISH",
        "kid.melception": f"{_ROWS}:KID_MELCEPTION",
        "kid.panns-16k": f"{_ROWS}:KID_PANNS_16K",
        "mkl.melception": f"{_ROWS}:MKL_MELCEPTION",
        "mkl.melception.macro": f"{_ROWS}:MKL_MELCEPTION_MACRO",
        "mkl.mini-panns": f"{_ROWS}:MKL_MINI_PANNS",
        "mkl.panns": f"{_ROWS}:MKL_PANNS",
        "mkl.panns-16k": f"{_ROWS}:MKL_PANNS_16K",
        "mkl.panns-16k.no-eps": f"{_ROWS}:MKL_PANNS_16K_NO_EPS",
        "mkl.panns-16k.sigmoid": f"{_ROWS}:MKL_PANNS_16K_SIGMOID",
        "mkl.panns.macro": f"{_ROWS}:MKL_PANNS_MACRO",
        "mkl.panns.reverse": f"{_ROWS}:MKL_PANNS_REVERSE",
        "mkl.passt": f"{_ROWS}:MKL_PASST",
        "onset.condfoleygen.accuracy": f"{_ROWS}:ONSET_ACCURACY",
        "onset.condfoleygen.ap": f"{_ROWS}:ONSET_AP",
        "onset.condfoleygen.detection": f"{_ROWS}:ONSET_DETECTION",
        "onset.f1": f"{_ROWS}:ONSET_F1",
        "onset.f1.250ms": f"{_ROWS}:ONSET_F1_250",
        "physics.arc": f"{_ROWS}:ARC",
        "physics.doppler": f"{_ROWS}:DOPPLER",
        "physics.doppler_sign": f"{_ROWS}:DOPPLER_SIGN",
        "recognised.mini-panns": f"{_ROWS}:RECOGNISED_MINI_PANNS",
        "semantic.coverage": f"{_SEMANTIC}:COVERAGE",
        "semantic.dropouts": f"{_SEMANTIC}:DROPOUTS",
        "semantic.longest_gap": f"{_SEMANTIC}:LONGEST_GAP",
        "semantic.longest_run": f"{_SEMANTIC}:LONGEST_RUN",
        "semantic.mini-coverage": f"{_SEMANTIC}:MINI_COVERAGE",
        "semantic.mini-dropouts": f"{_SEMANTIC}:MINI_DROPOUTS",
        "semantic.mini-longest_gap": f"{_SEMANTIC}:MINI_LONGEST_GAP",
        "semantic.mini-longest_run": f"{_SEMANTIC}:MINI_LONGEST_RUN",
        "semantic.mini-mute_rate": f"{_SEMANTIC}:MINI_MUTE_RATE",
        "semantic.mini-onset_error": f"{_SEMANTIC}:MINI_ONSET_ERROR",
        "semantic.mini-segment_f1": f"{_SEMANTIC}:MINI_SEGMENT_F1",
        "semantic.mini-spill": f"{_SEMANTIC}:MINI_SPILL",
        "semantic.mute_rate": f"{_SEMANTIC}:MUTE_RATE",
        "semantic.onset_error": f"{_SEMANTIC}:ONSET_ERROR",
        "semantic.segment_f1": f"{_SEMANTIC}:SEGMENT_F1",
        "semantic.spill": f"{_SEMANTIC}:SPILL",
    },
    group="sfbench.metrics",
)
