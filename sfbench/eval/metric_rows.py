"""The metrics that protocols may name: function, variant, direction and unit of each."""

from functools import partial
from typing import Literal

from sfbench.encoders.extractor import Outputs
from sfbench.encoders.mini.labels import mini_labels
from sfbench.eval.metric import (
    ClipMetric,
    CloudMetric,
    LabelMetric,
    OutputMetric,
    Sight,
    SightMetric,
)
from sfbench.eval.metrics import condfoleygen, continuity, onset, physics, segments
from sfbench.eval.metrics.clip_score import EVERY, SCALES, clip_cosine
from sfbench.eval.metrics.collapse import collapsed_frechet_distance
from sfbench.eval.metrics.divergence import Direction, Prob, divergences
from sfbench.eval.metrics.energy import measure_energy
from sfbench.eval.metrics.envelope import measure_envelope
from sfbench.eval.metrics.frechet import Cloud, frechet_distance
from sfbench.eval.metrics.inception import SPLITS, inception_score
from sfbench.eval.metrics.kernel import kernel_distance
from sfbench.eval.metrics.kid import kernel_inception_distance
from sfbench.eval.metrics.recognised import measure_recognised
from sfbench.result import Measure

_LEVEL = "level|16k|10ms|80-7600hz"
_PANNS, _PANNS_16K = "cnn14-32k", "cnn14-16k"


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


def _kid(name: str, extractor: str) -> CloudMetric:
    return CloudMetric(
        name=f"kid.{name}",
        extractor=extractor,
        variant="cubic|100-subsets-of-1000|seed-2020",
        distance=_kernel_inception,
    )


def _isc(name: str, extractor: str) -> CloudMetric:
    return CloudMetric(
        name=f"isc.{name}",
        extractor=extractor,
        variant=f"softmax|{SPLITS}-splits-shuffled-2020",
        output="logits",
        least=1.0,
        higher_is_better=True,
        distance=_inception,
        has_floor=False,
    )


def _mkl(
    name: str,
    extractor: str,
    *,
    prob: Prob = "softmax",
    direction: Direction = "gt||gen",
    eps: float = 1e-6,
    average: Literal["micro", "macro"] = "micro",
) -> OutputMetric:
    return OutputMetric(
        name=f"mkl.{name}",
        extractor=extractor,
        variant=f"{prob}|{direction}|eps={eps:g}|{average}".replace("1e-06", "1e-6"),
        higher_is_better=False,
        unit="nat",
        measure=partial(_divergence, prob=prob, direction=direction, eps=eps),
        average=average,
    )


def _clip_score(
    name: str,
    every: int,
    variant: str,
    *,
    unit_frames: bool = True,
    ear: str = "wav2clip",
    eye: str = "clip-vit-b-32",
) -> SightMetric:
    return SightMetric(
        name=name,
        extractor=ear,
        sight=Sight(eye, every),
        variant=variant,
        higher_is_better=True,
        unit="cos",
        measure=partial(_cosine, unit_frames=unit_frames),
        scales={scale: SCALES[scale] for scale in ("100cos", "50(1+cos)")},
    )


def _kernel_inception(reference: Cloud, generated: Cloud) -> float:
    return kernel_inception_distance(reference, generated)[0]


def _inception(reference: Cloud, generated: Cloud) -> float:
    return inception_score(generated, splits=min(SPLITS, len(generated)))[0]


def _divergence(
    own: Outputs, made: Outputs, *, prob: Prob, direction: Direction, eps: float
) -> Measure:
    values = divergences(own["logits"], made["logits"], prob=prob, direction=direction, eps=eps)
    return Measure(value=float(values[0]))


def _cosine(pictures: Outputs, made: Outputs, *, unit_frames: bool) -> Measure:
    value = clip_cosine(
        pictures["embedding"], made["embedding"][0], every=1, unit_frames=unit_frames
    )
    return Measure(value=value, reason="an embedding is zero" if value is None else None)


CLIP_SCORE = _clip_score("clip_score", EVERY, "unit-frames|mean|cos")
CLIP_SCORE_ALL = _clip_score("clip_score.all", 1, "unit-frames|mean|cos")
CLIP_SCORE_MINI = _clip_score(
    "clip_score.mini", EVERY, "unit-frames|mean|cos", ear="mini-wav2clip", eye="mini-clip"
)
CLIP_SCORE_PLAIN = _clip_score("clip_score.plain-mean", EVERY, "mean|cos", unit_frames=False)
FAD_CLAP, KAD_CLAP = _fad("clap", "clap"), _kad("clap", "clap")
FAD_CLAP_INT16, KAD_CLAP_INT16 = _fad("clap-int16", "clap-int16"), _kad("clap-int16", "clap-int16")
FAD_MEL, KAD_MEL = _fad("mel", "mel"), _kad("mel", "mel")
FAD_MELCEPTION = _fad("melception", "melception")
FAD_MINI_CLAP, KAD_MINI_CLAP = _fad("mini-clap", "mini-clap"), _kad("mini-clap", "mini-clap")
FAD_MINI_PANNS, KAD_MINI_PANNS = _fad("mini-panns", "mini-panns"), _kad("mini-panns", "mini-panns")
FAD_MINI_VGGISH = _fad("mini-vggish", "mini-vggish")
KAD_MINI_VGGISH = _kad("mini-vggish", "mini-vggish")
FAD_PANNS, KAD_PANNS = _fad("panns", _PANNS), _kad("panns", _PANNS)
FAD_PANNS_16K, KAD_PANNS_16K = _fad("panns-16k", _PANNS_16K), _kad("panns-16k", _PANNS_16K)
FAD_PANNS_COLLAPSED = CloudMetric(
    name="fad.panns-collapsed",
    extractor=_PANNS,
    variant="batch-axis-lost|fault-of-frechet_audio_distance-0.3",
    least=0.0,
    distance=collapsed_frechet_distance,
)
FAD_PASST = _fad("passt", "passt")
FAD_VGGISH, KAD_VGGISH = _fad("vggish", "vggish"), _kad("vggish", "vggish")
ISC_MELCEPTION = _isc("melception", "melception")
ISC_PANNS, ISC_PANNS_16K = _isc("panns", _PANNS), _isc("panns-16k", _PANNS_16K)
KID_MELCEPTION = _kid("melception", "melception")
KID_PANNS_16K = _kid("panns-16k", _PANNS_16K)
MKL_MELCEPTION = _mkl("melception", "melception")
MKL_MELCEPTION_MACRO = _mkl("melception.macro", "melception", average="macro")
MKL_MINI_PANNS = _mkl("mini-panns", "mini-panns")
MKL_PANNS = _mkl("panns", _PANNS)
MKL_PANNS_MACRO = _mkl("panns.macro", _PANNS, average="macro")
MKL_PANNS_REVERSE = _mkl("panns.reverse", _PANNS, direction="gen||gt")
MKL_PANNS_16K = _mkl("panns-16k", _PANNS_16K)
MKL_PANNS_16K_NO_EPS = _mkl("panns-16k.no-eps", _PANNS_16K, eps=0)
MKL_PANNS_16K_SIGMOID = _mkl("panns-16k.sigmoid", _PANNS_16K, prob="sigmoid")
MKL_PASST = _mkl("passt", "passt", eps=0)
DOPPLER = ClipMetric(
    name="physics.doppler",
    variant="log-spectrum-shift|100-6000hz|abs-diff-to-reference|pass-by",
    higher_is_better=False,
    unit="st",
    measure=physics.measure_doppler,
)
DOPPLER_SIGN = ClipMetric(
    name="physics.doppler_sign",
    variant="log-spectrum-shift|100-6000hz|same-sign|no-pitch-is-0|pass-by",
    higher_is_better=True,
    measure=physics.measure_doppler_sign,
)
RECOGNISED_MINI_PANNS = LabelMetric(
    name="recognised.mini-panns",
    extractor="mini-panns",
    variant="top-1",
    higher_is_better=True,
    measure=partial(measure_recognised, classes=partial(mini_labels, "panns")),
)
ARC = ClipMetric(
    name="physics.arc",
    variant=f"{_LEVEL}|spearman|pass-by",
    higher_is_better=True,
    measure=physics.measure_arc,
)
ENERGY_L1 = ClipMetric(
    name="energy.l1",
    variant="rms|16k|512-window|128-hop|abs-diff",
    higher_is_better=False,
    measure=measure_energy,
)
ONSET_ACCURACY = OutputMetric(
    name="onset.condfoleygen.accuracy",
    extractor="onsets",
    variant="equal-count",
    higher_is_better=True,
    measure=condfoleygen.measure_count,
)
ONSET_DETECTION = OutputMetric(
    name="onset.condfoleygen.detection",
    extractor="onsets",
    variant="recall|100ms|nms-50ms",
    higher_is_better=True,
    measure=partial(condfoleygen.measure_detection, wanted="accuracy"),
)
ONSET_AP = OutputMetric(
    name="onset.condfoleygen.ap",
    extractor="onsets",
    variant="average-precision|100ms|nms-50ms",
    higher_is_better=True,
    measure=partial(condfoleygen.measure_detection, wanted="average_precision"),
)
ONSET_F1 = ClipMetric(
    name="onset.f1",
    variant=f"{_LEVEL}|one-to-one|100ms",
    higher_is_better=True,
    measure=partial(onset.measure_onset_f1, tolerance=onset.TOLERANCES[0]),
)
ONSET_F1_250 = ClipMetric(
    name="onset.f1.250ms",
    variant=f"{_LEVEL}|one-to-one|250ms",
    higher_is_better=True,
    measure=partial(onset.measure_onset_f1, tolerance=onset.TOLERANCES[1]),
)
COVERAGE = ClipMetric(
    name="continuity.coverage",
    variant=_LEVEL,
    higher_is_better=True,
    measure=continuity.measure_coverage,
)
COVERAGE_OFF_SCREEN = ClipMetric(
    name="continuity.coverage.off-screen",
    variant=f"{_LEVEL}|off-screen",
    higher_is_better=True,
    measure=continuity.measure_off_screen_coverage,
)
SILENCE_KEPT = ClipMetric(
    name="continuity.silence_kept",
    variant=f"{_LEVEL}|of-0.5s-or-more|not-mute",
    higher_is_better=True,
    measure=continuity.measure_silence_kept,
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
