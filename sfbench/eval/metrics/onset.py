"""Whether the sound starts when it should: error of the first start, and matched starts.

A start is the beginning of a stretch in which the sound is there; a sound that is there from the
first frame starts at 0. Starts are matched one to one, as many as lie close enough, so that no
start is counted twice. Source: onset matching of mir_eval (Raffel et al., 2014); for the number
that CondFoleyGen calls onset accuracy see `condfoleygen.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sfbench.eval.activity import Frames, runs
from sfbench.eval.pair import Pair
from sfbench.result import Measure

TOLERANCES = (0.100, 0.250)
"""How far apart a pair of starts may be, in seconds: the strict and the lenient rule."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class OnsetScore:
    """How well one list of starts answers another; each 0 to 1, higher is better.

    Attributes:
        precision: Share of the take's starts that are matched; None when it has none.
        recall: Share of the true starts that are matched; None when there are none.
        f1: 2 · matches / (starts on both sides); None when there are none on either.
    """

    precision: float | None
    recall: float | None
    f1: float | None


def first_onset_error(active: Frames, expected: Frames) -> float | None:
    """Return how late a sound starts, in milliseconds; negative is early, 0 is right.

    Args:
        active: Frames in which the take is there, [T].
        expected: Frames in which it should be, [T].

    Returns:
        The signed error; None when nothing is expected or the take is never there.

    >>> import numpy as np
    >>> first_onset_error(np.array([False, False, True]), np.array([True, True, True]))
    20.0
    """
    if not (active.any() and expected.any()):
        return None
    return round(1000 * (onset_times(active)[0] - onset_times(expected)[0]), 1)


def onset_times(frames: Frames) -> list[float]:
    """Return when the stretches of true frames begin, ascending, in seconds."""
    return [start for start, _ in runs(frames)]


def matches(reference: Sequence[float], generated: Sequence[float], tolerance: float) -> int:
    """Return the largest number of pairs of starts at most `tolerance` seconds apart.

    On a line, taking the earliest start that still fits is as good as any matching.

    >>> matches([1.0, 2.0], [1.05, 1.08], 0.1)
    1
    """
    count, place, made = 0, 0, sorted(generated)
    for time in sorted(reference):
        while place < len(made) and made[place] < time - tolerance - _ROUNDING:
            place += 1
        if place < len(made) and made[place] <= time + tolerance + _ROUNDING:
            count, place = count + 1, place + 1
    return count


def onset_score(
    reference: Sequence[float], generated: Sequence[float], tolerance: float
) -> OnsetScore:
    """Return precision, recall and F1 of starts matched one to one.

    Args:
        reference: True starts, in seconds.
        generated: The take's starts, in seconds.
        tolerance: How far apart a pair may be, in seconds.

    >>> onset_score([1.0, 2.0], [1.05], 0.1)
    OnsetScore(precision=1.0, recall=0.5, f1=0.6666666666666666)
    """
    hits, own, made = matches(reference, generated, tolerance), len(reference), len(generated)
    return OnsetScore(
        precision=hits / made if made else None,
        recall=hits / own if own else None,
        f1=2 * hits / (own + made) if own + made else None,
    )


def measure_onset_error(pair: Pair) -> Measure:
    """Return how far off the first start of a pair is, early or late, in milliseconds."""
    value = first_onset_error(pair.active, pair.expected)
    if value is None:
        return Measure(
            value=None, reason="mute take" if pair.expected.any() else "no sound is expected"
        )
    return Measure(value=abs(value))


def measure_onset_f1(pair: Pair, tolerance: float) -> Measure:
    """Return the F1 of the starts of a pair, 0 to 1."""
    starts = onset_times(pair.expected), onset_times(pair.active)
    value = onset_score(*starts, tolerance).f1
    reason = "no sound is expected and none is there" if value is None else None
    return Measure(value=value, reason=reason)
