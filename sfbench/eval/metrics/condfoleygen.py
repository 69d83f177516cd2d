"""Onset accuracy, detection accuracy and average precision as CondFoleyGen computes them.

Papers print any of the three as "onset accuracy". Faults of the original are kept, since this mode
exists to compare with published numbers: the suppression leaves every other one of several close
onsets, reference onsets after the last generated one is matched do not count in the average
precision, and a take without onsets has an average precision of 1. Positions are samples at
22.05 kHz; finding them is not part of this file. Source: Du et al., Conditional Generation of
Audio from Video via Foley Analogies, arXiv 2304.08490, and its `predict_onset.py`. For a matching
without these faults see `onset.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

RATE = 22_050
TOLERANCE = 0.100
"""How far an onset may be from its match, in seconds; nearer than that."""

_REACH = int(0.05 * RATE)
_CLOSE = 0.05 * RATE

Positions = NDArray[np.int64]  # [k] samples at 22.05 kHz


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
    reference: ArrayLike, generated: ArrayLike, sound: ArrayLike, *, tolerance: float = TOLERANCE
) -> Detection | None:
    """Return detection accuracy and average precision of one take.

    Args:
        reference: Onsets of the true sound, [k].
        generated: Onsets of the take, [m], each within the sound.
        sound: The take, [n] at 22.05 kHz; its size is the confidence.
        tolerance: How far an onset may be from its match, in seconds.

    Returns:
        The answer; None when neither side has an onset.

    >>> sound = np.zeros(RATE)
    >>> sound[5000] = 1
    >>> detect([4800, 9600], [5000], sound).accuracy
    0.5
    """
    true, size = [int(place) for place in np.asarray(reference)], _size(sound)
    made = np.asarray(generated, np.int64)
    if not true and not len(made):
        return None
    kept = suppress(made, confidences(made, size))
    peaks = dict(zip(kept.tolist(), confidences(kept, size), strict=True))
    free, hits, missed = list(peaks), [], 0
    for place in true:
        near = [onset for onset in free if abs(onset - place) < tolerance * RATE]
        if not near:
            missed += 1
            continue
        hits.append(near[int(np.argsort([size[onset] for onset in near])[-1])])
        free.remove(hits[-1])
        if not free:
            break
    truth = [True] * (len(hits) + missed) + [False] * len(free)
    confidence = [peaks[onset] for onset in hits] + [0.0] * missed + [peaks[on] for on in free]
    return Detection(
        accuracy=len(hits) / len(true) if true else 0.0,
        average_precision=average_precision(truth, confidence),
        onsets=list(peaks),
        matched=[onset in hits for onset in peaks],
    )


def count_accuracy(reference: Sequence[int], generated: Sequence[int]) -> float:
    """Return the share of clips whose takes have as many onsets as the true sounds, 0 to 1.

    Args:
        reference: Number of onsets of each true sound, one per clip or more.
        generated: Number of onsets of each take, before suppression, in the same order.

    >>> count_accuracy([2, 3], [2, 4])
    0.5
    """
    equal = [own == made for own, made in zip(reference, generated, strict=True)]
    return sum(equal) / len(equal)


def confidences(onsets: Positions, size: NDArray[np.float64]) -> list[float]:
    """Return the greatest size within 50 ms of each onset.

    Args:
        onsets: Positions, [k].
        size: Absolute value of the sound, scaled to 0 to 1, [n].
    """
    return [float(size[max(place - _REACH, 0) : place + _REACH].max()) for place in onsets.tolist()]


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


def _size(sound: ArrayLike) -> NDArray[np.float64]:
    """Return the absolute value of a sound, stretched to 0 to 1; silence stays 0."""
    size = np.abs(np.asarray(sound, np.float64))
    span = np.ptp(size)
    scaled: NDArray[np.float64] = (size - size.min()) / (span or 1.0)
    return scaled
