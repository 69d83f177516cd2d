"""Whether a continuous sound is there for as long as it should be.

No public metric asks this. Definitions: `eval/README.md`, continuity. Level variant: it hears
whether there is sound, not whether it is the right one, so it stands beside a distance.
"""

import numpy as np

from sfbench.eval.activity import Frames, Levels, runs
from sfbench.eval.pair import Pair
from sfbench.media.level import HOP
from sfbench.result import Measure

MUTE_COVERAGE = 0.1

LEAST_SILENCE = round(0.5 / HOP)
"""Silent frames from which on a clip has a silence to keep."""

_PER_SECONDS = 10.0
_STEP = round(0.100 / HOP)


def coverage(active: Frames, expected: Frames) -> float | None:
    """Return the share of the expected time in which the sound is there.

    Args:
        active: Frames in which the take is there, [T].
        expected: Frames in which it should be, [T].

    Returns:
        0 to 1, higher is better; None when nothing is expected.

    >>> coverage(np.array([True, False, True]), np.array([True, True, False]))
    0.5
    """
    if not expected.any():
        return None
    return float((active & expected).sum() / expected.sum())


def spill(active: Frames, expected: Frames) -> float | None:
    """Return the share of the time in which the sound is there without being expected.

    Args:
        active: Frames in which the take is there, [T].
        expected: Frames in which it should be, [T].

    Returns:
        0 to 1, lower is better; None when the take is never there.

    >>> spill(np.array([True, True, False]), np.array([False, True, True]))
    0.5
    """
    if not active.any():
        return None
    return float((active & ~expected).sum() / active.sum())


def continuity(active: Frames, expected: Frames) -> float | None:
    """Return how much of the longest expected stretch the take holds in one piece.

    Args:
        active: Frames in which the take is there, [T].
        expected: Frames in which it should be, [T].

    Returns:
        Longest run of expected sound over the longest expected run, 0 to 1, higher is better; None
        when nothing is expected.

    >>> continuity(np.array([True, False, True, True]), np.ones(4, np.bool_))
    0.5
    """
    if not expected.any():
        return None
    return _longest(active & expected) / _longest(expected)


def dropouts(active: Frames, expected: Frames) -> float | None:
    """Return how often the take is gone, in gaps per 10 s of expected time.

    Args:
        active: Frames in which the take is there, [T].
        expected: Frames in which it should be, [T].

    Returns:
        0 or more, lower is better; a sound that never comes is one gap. None when nothing is
        expected.

    >>> dropouts(np.array([True, False, True, False]), np.ones(4, np.bool_))  # 2 in 40 ms
    500.0
    """
    if not expected.any():
        return None
    return float(len(runs(expected & ~active)) * _PER_SECONDS / (expected.sum() * HOP))


def longest_gap(active: Frames, expected: Frames) -> float | None:
    """Return how long the take is gone at a stretch, in seconds.

    Args:
        active: Frames in which the take is there, [T].
        expected: Frames in which it should be, [T].

    Returns:
        0 or more, lower is better; None when nothing is expected.

    >>> longest_gap(np.array([True, False, False, True]), np.ones(4, np.bool_))
    0.02
    """
    if not expected.any():
        return None
    return _longest(expected & ~active)


def silence_kept(active: Frames, silent: Frames) -> float | None:
    """Return the share of the silent time in which the sound is not there.

    Args:
        active: Frames in which the take is there, [T].
        silent: Frames in which the true sound is not, [T].

    Returns:
        0 to 1, higher is better; None when less than half a second is silent, or the take is never
        there: it keeps no silence, it is one.

    >>> silence_kept(np.arange(100) < 25, np.arange(100) < 50)
    0.5
    """
    if silent.sum() < LEAST_SILENCE or not active.any():
        return None
    return float((silent & ~active).sum() / silent.sum())


def flicker(levels: Levels) -> float | None:
    """Return the mean absolute change of level within 100 ms, in dB; None for less than that.

    >>> flicker(np.zeros(20))
    0.0
    """
    if len(levels) <= _STEP:
        return None
    return float(np.abs(levels[_STEP:] - levels[:-_STEP]).mean())


def is_mute(pair: Pair) -> bool:
    """Say whether the take is missing for more than nine tenths of the expected time."""
    share = coverage(pair.active, pair.expected)
    return share is not None and share < MUTE_COVERAGE


def measure_coverage(pair: Pair) -> Measure:
    """Return the coverage of a pair, 0 to 1."""
    return _expected_only(coverage(pair.active, pair.expected))


def measure_off_screen_coverage(pair: Pair) -> Measure:
    """Return the coverage of what is expected while nothing is to be seen of it, 0 to 1."""
    if pair.off_screen is None:
        return Measure(value=None, reason="nobody says when it is off screen")
    value = coverage(pair.active, pair.expected & pair.off_screen)
    return Measure(value=value, reason="never off screen and expected" if value is None else None)


def measure_silence_kept(pair: Pair) -> Measure:
    """Return the share of the true sound's silence that a take keeps, 0 to 1."""
    if pair.silent.sum() < LEAST_SILENCE:
        return Measure(value=None, reason="the true sound is silent for less than half a second")
    value = silence_kept(pair.active, pair.silent)
    return Measure(value=value, reason="mute take" if value is None else None)


def measure_spill(pair: Pair) -> Measure:
    """Return the spill of a pair, 0 to 1."""
    value = spill(pair.active, pair.expected)
    return Measure(value=value, reason="mute take" if value is None else None)


def measure_continuity(pair: Pair) -> Measure:
    """Return the continuity of a pair, 0 to 1."""
    return _expected_only(continuity(pair.active, pair.expected))


def measure_dropouts(pair: Pair) -> Measure:
    """Return the dropouts of a pair per 10 s of expected time."""
    return _expected_only(dropouts(pair.active, pair.expected))


def measure_longest_gap(pair: Pair) -> Measure:
    """Return the longest gap of a pair, in seconds."""
    return _expected_only(longest_gap(pair.active, pair.expected))


def measure_flicker(pair: Pair) -> Measure:
    """Return how far the take's flicker is from the reference's, in dB; 0 is as steady as it.

    The take's own flicker would reward a drone; the distance to the truth rewards neither a
    tremolo nor the loss of one. A mute take has no flicker.
    """
    if is_mute(pair):
        return Measure(value=None, reason="mute take")
    take, truth = flicker(pair.generated_levels), flicker(pair.reference_levels)
    if take is None or truth is None:
        return Measure(value=None, reason="shorter than 100 ms")
    return Measure(value=abs(take - truth))


def measure_mute(pair: Pair) -> Measure:
    """Return 1 for a mute take, 0 for any other; the mean is the mute rate."""
    if not pair.expected.any():
        return Measure(value=None, reason="no sound is expected")
    return Measure(value=float(is_mute(pair)))


def _expected_only(value: float | None) -> Measure:
    return Measure(value=value, reason="no sound is expected" if value is None else None)


def _longest(frames: Frames) -> float:
    """Return the length of the longest run of true frames, in seconds."""
    return max((round(end - start, 2) for start, end in runs(frames)), default=0.0)
