"""Whether the *right* sound is there for as long as it should be, by an encoder that hears words.

The definitions are those of `continuity.py`, `segments.py` and `onset.py`; what differs is who says
that the sound is there: not its level, but a grounder that is asked for the clip's label in plain
words. Expected are the frames in which it hears the label in the true sound. A frame counts from a
score of 0.5, and goes on counting down to 0.35.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.extractor import Outputs
from sfbench.encoders.grounding.grounder import FRAMES_PER_SECOND
from sfbench.encoders.grounding.pooling import active
from sfbench.eval.activity import Frames
from sfbench.eval.metrics.continuity import MUTE_COVERAGE, coverage
from sfbench.eval.metrics.onset import first_onset_error
from sfbench.media.level import HOP
from sfbench.result import Measure

HIGH, LOW = 0.5, 0.35

Quantity = Callable[[Frames, Frames], float | None]  # of the frames there, and those expected

_UNKNOWN = (
    "the grounder does not know every word that the sound is called by; "
    "curate with a recipe that listens: its prompts are in known words"
)

_FINER = round(1 / (FRAMES_PER_SECOND * HOP))


def heard_frames(scores: NDArray[np.float32]) -> Frames:
    """Return the frames in which a label is heard, [T] at 25 per second, from its scores, [T, 1].

    >>> heard_frames(np.array([[0.4], [0.6], [0.4], [0.2]], np.float32)).tolist()
    [True, True, True, False]
    """
    return active(scores[:, 0], HIGH, LOW)


def measure(own: Outputs, made: Outputs, *, quantity: Quantity) -> Measure:
    """Return a quantity of continuity, of the frames in which the label is heard.

    Args:
        own: What the grounder says of the true sound: `scores`, [T, 1], and how many of the words
            that it was asked for are `unknown` to it, [1, 1].
        made: What it says of the take.
        quantity: Any that takes frames of 10 ms, such as `continuity.coverage`.

    Returns:
        Nothing, with the reason, where a word is unknown: the scores would not mean the sound.
    """
    if own["unknown"].any():
        return Measure(value=None, reason=_UNKNOWN)
    there, expected = _sides(own, made)
    if not expected.any():
        return Measure(value=None, reason="the label is not heard in the true sound")
    value = quantity(there, expected)
    unheard = "the label is not heard in the take"
    return Measure(value=value, reason=unheard if value is None else None)


def mute(there: Frames, expected: Frames) -> float | None:
    """Return 1 for a take that is there for less than a tenth of the expected time, else 0."""
    share = coverage(there, expected)
    return None if share is None else float(share < MUTE_COVERAGE)


def onset_error(there: Frames, expected: Frames) -> float | None:
    """Return how far off the first start is, early or late, in milliseconds; steps of 40."""
    late = first_onset_error(there, expected)
    return None if late is None else abs(late)


def _sides(own: Outputs, made: Outputs) -> tuple[Frames, Frames]:
    """Return when the label is heard in the take, and when it should be, in frames of 10 ms."""
    there, expected = heard_frames(made["scores"]), heard_frames(own["scores"])
    count = min(len(there), len(expected))
    return np.repeat(there[:count], _FINER), np.repeat(expected[:count], _FINER)
