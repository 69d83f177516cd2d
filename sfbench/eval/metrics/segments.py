"""Whether the sound is there in the right seconds: F1 of one-second segments.

Formula: 2 TP / (2 TP + FP + FN), where a segment counts as active if any of its frames is. Range:
0 to 1, higher is better. Source: segment-based F-score of sed_eval (Mesaros et al., Metrics for
Polyphonic Sound Event Detection, 2016), for a single class.
"""

import numpy as np

from sfbench.eval.activity import Frames
from sfbench.eval.pair import Pair
from sfbench.media.level import HOP
from sfbench.result import Measure

SECONDS = 1.0


def segment_f1(active: Frames, expected: Frames) -> float | None:
    """Return the F1 of the segments in which a take is there.

    Args:
        active: Frames in which the take is there, [T].
        expected: Frames in which it should be, [T].

    Returns:
        0 to 1, higher is better; None when no segment is expected and none is active.

    >>> first, both = np.arange(200) < 100, np.ones(200, np.bool_)
    >>> round(segment_f1(first, both), 3)  # one hit, one miss
    0.667
    """
    made, wanted = _segments(active), _segments(expected)
    if not (made.any() or wanted.any()):
        return None
    return float(2 * (made & wanted).sum() / (made.sum() + wanted.sum()))


def measure_segment_f1(pair: Pair) -> Measure:
    """Return the segment F1 of a pair, 0 to 1."""
    value = segment_f1(pair.active, pair.expected)
    reason = "no sound is expected and none is there" if value is None else None
    return Measure(value=value, reason=reason)


def _segments(frames: Frames) -> Frames:
    """Return whether any frame of each segment is true; the last segment may be shorter."""
    return np.logical_or.reduceat(frames, np.arange(0, len(frames), round(SECONDS / HOP)))
