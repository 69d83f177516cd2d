"""Onset accuracy, detection accuracy and average precision as CondFoleyGen computes them.

Papers print any of the three as "onset accuracy". Faults of the original are kept, since this mode
exists to compare with published numbers: the suppression leaves every other one of several close
onsets, reference onsets after the last generated one is matched do not count in the average
precision, and a take without onsets has an average precision of 1. Where the original ends with an
error there is no number. Onsets are rows of what the extractor `onsets` finds in a sound at
22.05 kHz. Source: Du et al., Conditional Generation of Audio from Video via Foley Analogies, arXiv
2304.08490, and its `predict_onset.py`. For a matching without these faults see `onset.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sfbench.encoders.extractor import Outputs
from sfbench.encoders.onsets import RATE, Positions, Weighed
from sfbench.result import Measure

TOLERANCE = 0.100
"""How far an onset may be from its match, in seconds; nearer than that."""

_CLOSE = 0.05 * RATE


@dataclass(frozen=True, slots=True)
class Detection:
    """How well the onsets of a take answer those of the true sound.

    Attributes:
        accuracy: Share of the true onsets that are met, 0 to 1; 0 when there are none. A recall.
        average_precision: Area under precision over recall, 0 to 1, by falling confidence.
        onsets: The take's onsets that the suppression leaves, ascending.
        matched: Whether each of them meets a true one.
    """

    accuracy: float
    average_precision: float
    onsets: list[int]
    matched: list[bool]


def detect(
    reference: ArrayLike, generated: Weighed, *, tolerance: float = TOLERANCE
) -> Detection | None:
    """Return detection accuracy and average precision of one take.

    Args:
        reference: Onsets of the true sound, [k].
        generated: Onsets of the take with their sizes, [m, 3].
        tolerance: How far an onset may be from its match, in seconds.

    Returns:
        The answer; None when neither side has an onset, or the take's onsets have no size.

    >>> detect([4800, 9600], np.array([[5000, 1, 1]])).accuracy
    0.5
    """
    true = [int(place) for place in np.asarray(reference)]
    made, peak, size = generated[:, 0].astype(np.int64), *generated[:, 1:].T.astype(np.float64)
    if not (true or len(made)) or np.isnan(peak).any():
        return None
    sizes = dict(zip(made.tolist(), size.tolist(), strict=True))
    sure = dict(zip(made.tolist(), peak.tolist(), strict=True))
    kept: list[int] = suppress(made, peak).tolist()
    free, hits, missed = list(kept), [], 0
    for place in true:
        near = [onset for onset in free if abs(onset - place) < tolerance * RATE]
        if not near:
            missed += 1
            continue
        hits.append(near[int(np.argsort([sizes[onset] for onset in near])[-1])])
        free.remove(hits[-1])
        if not free:
            break
    truth = [True] * (len(hits) + missed) + [False] * len(free)
    confidence = [sure[onset] for onset in hits] + [0.0] * missed + [sure[on] for on in free]
    return Detection(
        accuracy=len(hits) / len(true) if true else 0.0,
        average_precision=average_precision(truth, confidence),
        onsets=kept,
        matched=[onset in hits for onset in kept],
    )


def measure_count(own: Outputs, made: Outputs) -> Measure:
    """Return 1 for a take with as many onsets as the true sound, before suppression, else 0."""
    return Measure(value=float(len(own["onsets"]) == len(made["onsets"])))


def measure_detection(
    own: Outputs, made: Outputs, *, wanted: Literal["accuracy", "average_precision"]
) -> Measure:
    """Return detection accuracy or average precision, from the onsets of both sounds, [k, 3]."""
    answer = detect(own["onsets"][:, 0], made["onsets"])
    if answer is not None:
        return Measure(value=float(getattr(answer, wanted)))
    flat = len(made["onsets"]) > 0
    return Measure(
        value=None, reason="the take never changes its size" if flat else "neither has an onset"
    )


def suppress(onsets: ArrayLike, confidence: ArrayLike) -> Positions:
    """Return the onsets without those too close to a surer one, ascending.

    As in the original, of several that are too close in a row every other one stays in play.

    Args:
        onsets: Positions, [k].
        confidence: How sure each of them is, [k].

    >>> suppress([1000, 1500, 9000], [0.3, 0.8, 0.5]).tolist()
    [1500, 9000]
    """
    places = np.asarray(onsets, np.int64).tolist()
    left, kept = list(places), []
    for place in np.argsort(confidence)[::-1]:
        onset = places[place]
        if onset not in left:
            continue
        kept.append(onset)
        left.remove(onset)
        at = 0
        while at < len(left):
            if abs(onset - left[at]) < _CLOSE:
                del left[at]
            at += 1
    return np.array(sorted(kept), np.int64)


def average_precision(truth: Sequence[bool], confidence: Sequence[float]) -> float:
    """Return the sum of precisions weighted by the gain in recall, 0 to 1; 0 without any truth.

    Equal confidences share one threshold, as in scikit-learn's `average_precision_score`.

    >>> average_precision([True, False, True], [0.9, 0.5, 0.1])  # 1/2 · 1 + 1/2 · 2/3
    0.8333333333333333
    """
    if not any(truth):
        return 0.0
    order = np.argsort(confidence, kind="stable")[::-1]
    scores, right = np.asarray(confidence)[order], np.asarray(truth)[order]
    ends = np.flatnonzero(np.append(np.diff(scores) != 0, True))
    hits = np.cumsum(right)[ends]
    return float(np.sum(np.diff(hits, prepend=0) * hits / (ends + 1)) / hits[-1])
