"""Whether the *right* sound is there for as long as it should be, by a network that hears words.

The definitions are those of `continuity.py`; what differs is who says that the sound is there: not
its level, but a grounder that is asked for the clip's label in plain words. Expected are the frames
in which it hears the label in the true sound. A frame counts from a score of 0.5, and goes on
counting down to 0.35.
"""

import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.extractor import Outputs
from sfbench.encoders.grounding_pooling import active
from sfbench.eval.activity import Frames
from sfbench.eval.metrics.continuity import MUTE_COVERAGE, continuity, coverage
from sfbench.result import Measure

HIGH, LOW = 0.5, 0.35

_UNHEARD = "the label is not heard in the true sound"


def heard_frames(scores: NDArray[np.float32]) -> Frames:
    """Return the frames in which a label is heard, [T] at 25 per second, from its scores, [T, 1].

    >>> heard_frames(np.array([[0.4], [0.6], [0.4], [0.2]], np.float32)).tolist()
    [True, True, True, False]
    """
    return active(scores[:, 0], HIGH, LOW)


def measure_coverage(own: Outputs, made: Outputs) -> Measure:
    """Return the share of the time in which the label should be heard that it is, 0 to 1."""
    value = coverage(*_sides(own, made))
    return Measure(value=value, reason=_UNHEARD if value is None else None)


def measure_longest_run(own: Outputs, made: Outputs) -> Measure:
    """Return how much of the longest expected stretch the take holds in one piece, 0 to 1."""
    value = continuity(*_sides(own, made))
    return Measure(value=value, reason=_UNHEARD if value is None else None)


def measure_mute(own: Outputs, made: Outputs) -> Measure:
    """Return 1 if the label is heard in less than a tenth of the expected time, else 0."""
    value = coverage(*_sides(own, made))
    if value is None:
        return Measure(value=None, reason=_UNHEARD)
    return Measure(value=float(value < MUTE_COVERAGE))


def _sides(own: Outputs, made: Outputs) -> tuple[Frames, Frames]:
    """Return when the label is heard in the take, and when it should be, over their common time."""
    active_frames, expected = heard_frames(made["scores"]), heard_frames(own["scores"])
    count = min(len(active_frames), len(expected))
    return active_frames[:count], expected[:count]
