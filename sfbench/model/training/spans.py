"""When something sounds: pairs of start and end, in seconds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Span = tuple[float, float]

_MOST = 16  # more than any scene has


def inside(spans: Sequence[Span], times: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which times, [T], lie in any of the spans.

    >>> inside(((0.0, 1.0),), np.array([0.5, 1.0])).tolist()
    [True, False]
    """
    within = np.zeros(len(times), np.bool_)
    for begin, end in spans:
        within |= (begin <= times) & (times < end)
    return within


def spans_array(spans: Sequence[Span]) -> NDArray[np.float64]:
    """Return spans as an array of a fixed size, [16, 2]; NaN fills the rest."""
    array = np.full((_MOST, 2), np.nan)
    array[: len(spans)] = np.reshape(spans, (-1, 2))
    return array


def spans_of(array: NDArray[np.float64]) -> tuple[Span, ...]:
    """Return the spans of an array.

    >>> spans_of(spans_array([(0.5, 2.0)]))
    ((0.5, 2.0),)
    """
    return tuple((float(begin), float(end)) for begin, end in array if np.isfinite(begin))
