"""The metrics that protocols may name: function, variant, direction and unit of each."""

from sfbench.encoders.extractor import Outputs
from sfbench.eval.metric import ClipMetric, CloudMetric, OutputMetric
from sfbench.eval.metrics import continuity, onset, segments
from sfbench.eval.metrics.divergence import divergences
from sfbench.eval.metrics.envelope import measure_envelope
from sfbench.eval.metrics.frechet import frechet_distance
from sfbench.eval.metrics.kernel import kernel_distance
from sfbench.result import Measure

_LEVEL = "level|16k|10ms|80-7600hz"
_PANNS = "cnn14-32k"


def _fad(name: str, extractor: str) -> CloudMetric:
    return CloudMetric(
        name=f"fad.{name}",
        extractor=extractor,
        variant="frechet-exact",
        least=0.0,
        distance=frechet_distance,
    )


def _kad(name: str, extractor: str) -> CloudMetric:
    return CloudMetric(
        name=f"kad.{name}",
        extractor=extractor,
        variant="gauss-reflowermedian-x100",
        distance=kernel_distance,
    )


def _divergence(own: Outputs, made: Outputs) -> Measure:
    return Measure(value=float(divergences(own["logits"], made["logits"])[0]))


FAD_CLAP, KAD_CLAP = _fad("clap", "clap"), _kad("clap", "clap")
FAD_MEL, KAD_MEL = _fad("mel", "mel"), _kad("mel", "mel")
FAD_PANNS, KAD_PANNS = _fad("panns", _PANNS), _kad("panns", _PANNS)
FAD_VGGISH = _fad("vggish", "vggish")
MKL_PANNS = OutputMetric(
    name="mkl.panns",
    extractor=_PANNS,
    variant="softmax|gt||gen|eps=1e-6|micro",
    higher_is_better=False,
    unit="nat",
    measure=_divergence,
)
COVERAGE = ClipMetric(
    name="continuity.coverage",
    variant=_LEVEL,
    higher_is_better=True,
    measure=continuity.measure_coverage,
)
SPILL = ClipMetric(
    name="continuity.spill",
    variant=_LEVEL,
    higher_is_better=False,
    measure=continuity.measure_spill,
)
LONGEST_RUN = ClipMetric(
    name="continuity.longest_run",
    variant=f"{_LEVEL}|share-of-longest-expected",
    higher_is_better=True,
    measure=continuity.measure_continuity,
)
DROPOUTS = ClipMetric(
    name="continuity.dropouts",
    variant=f"{_LEVEL}|per-10s-expected",
    higher_is_better=False,
    measure=continuity.measure_dropouts,
)
LONGEST_GAP = ClipMetric(
    name="continuity.longest_gap",
    variant=_LEVEL,
    higher_is_better=False,
    unit="s",
    measure=continuity.measure_longest_gap,
)
FLICKER = ClipMetric(
    name="continuity.flicker",
    variant=f"{_LEVEL}|100ms|abs-diff-to-reference",
    higher_is_better=False,
    unit="dB",
    measure=continuity.measure_flicker,
)
MUTE_RATE = ClipMetric(
    name="continuity.mute_rate",
    variant=f"{_LEVEL}|coverage<0.1",
    higher_is_better=False,
    measure=continuity.measure_mute,
)
SEGMENT_F1 = ClipMetric(
    name="continuity.segment_f1",
    variant=f"{_LEVEL}|1s-segments",
    higher_is_better=True,
    measure=segments.measure_segment_f1,
)
ONSET_ERROR = ClipMetric(
    name="continuity.onset_error",
    variant=f"{_LEVEL}|first-onset|abs",
    higher_is_better=False,
    unit="ms",
    measure=onset.measure_onset_error,
)
ENVELOPE = ClipMetric(
    name="envelope.correlation",
    variant=f"{_LEVEL}|floor-60dbfs|pearson",
    higher_is_better=True,
    measure=measure_envelope,
)
