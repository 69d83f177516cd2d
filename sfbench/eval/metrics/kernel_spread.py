"""How far a kernel distance would move with other clips of the same kind."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sfbench.eval.metrics.frechet import Cloud
from sfbench.eval.metrics.kernel import (
    BLOCK,
    SCALE,
    Matrix,
    Rows,
    centred,
    gamma_of,
    median_distance,
    squared_distances,
)

_DIRECTION = 0.25
"""Variance per distance of a usual direction, as a share of the most that any can have. With it,
95 % intervals cover 92 to 98 % in simulations (`bench/intervals.py`)."""

_ROUNDING = 1e-12
"""Distances below are a matter of rounding."""


class Spread(NamedTuple):
    """The variance of a kernel distance.

    Attributes:
        shared: What grows with the distance; an estimate that may be below 0.
        alone: What is left of it for a system equal to the truth, 0 or more.
    """

    shared: float
    alone: float


def kernel_interval(value: float, spread: Spread, normal: float) -> tuple[float, float]:
    """Return the interval of the kernel distance between the populations.

    It holds every distance θ that the value is no farther from than `normal` standard errors *at
    θ*. The variance at θ is `alone` + c θ: a distance and its variance are small together, so that
    an interval of one width, of the error at the value, would end too low too often. c is the
    variance per distance, `shared` over the value; where both are within the noise √alone it leans
    on a quarter of √(8 alone), the most that any direction can have (the largest eigenvalue of a
    kernel is at most the root of the sum of squares). Source: score interval of Wilson, Journal of
    the American Statistical Association 22 (1927).

    Args:
        value: The distance that was measured.
        spread: Its variance.
        normal: Quantile of the normal distribution, 1.96 for 95 %.

    >>> kernel_interval(5.0, Spread(shared=0.0, alone=0.0), 1.96)
    (5.0, 5.0)
    """
    noise, above = float(np.sqrt(spread.alone)), max(value, 0.0)
    if above + noise == 0:
        return value, value
    leaning = _DIRECTION * float(np.sqrt(8)) * spread.alone
    slope = (max(spread.shared, 0.0) + leaning) / max(above + noise, _ROUNDING)
    half, square = normal**2 * slope / 2, normal**2 * (spread.alone + slope * above)
    root = float(np.hypot(half, np.sqrt(square)))
    # root - half, without the difference of two large numbers
    down = square / (root + half) if value > 0 and square else normal * noise
    return value - down, value + root + half


def spread(reference: Cloud, generated: Cloud, clips: tuple[Rows, Rows] | None = None) -> Spread:
    """Return the variance of `kernel_distance` over other clips of the same kind, in two parts.

    The distance is a sum over pairs of clips: with s(i, j) all that the rows of clip i contribute
    against those of clip j, it is the mean over i ≠ j of g(i, j) = n (n - 1) s(i, j) +
    n (s(i, i) + s(j, j)) / 2, whose variance is (4 (n - 2) ζ₁ + 2 ζ₂) / (n (n - 1)), ζ₁ the
    covariance of two g that share a clip and ζ₂ the variance of g; both are estimated without bias,
    so that ζ₁, about 0 for systems like the truth, may come out below. s(i, i) holds what a clip's
    true sound says to its own generated one: it counts, or a copy of the truth would have no error.
    The bandwidth counts as known. Source: Hoeffding, Annals of Mathematical Statistics 19 (1948).

    Args:
        reference: Embeddings of the true sounds, [n, d], of 4 or more clips.
        generated: Embeddings of the generated sounds of the same clips, [m, d].
        clips: Number of the clip of each row, [n] and [m], in order from 0; None is a row per clip.
    """
    own, made = centred(reference, generated)
    gamma = gamma_of(median_distance(reference))
    one, other = clips if clips is not None else (np.arange(len(own)), np.arange(len(made)))
    numbers = np.concatenate([one, other])
    order = np.argsort(numbers, kind="stable")
    joined, numbers = np.concatenate([own, made])[order], numbers[order]
    sides = (order >= len(own)).astype(np.intp)
    shares = _shares(len(own), len(made))
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    count = len(starts)
    sums, alone, squares = np.zeros(count), np.zeros(count), 0.0
    for clip, apart in _clip_blocks(joined, starts):
        rows = np.arange(starts[clip.start], starts[clip.start] + len(apart))
        kernel = np.exp(-gamma * apart) * shares[np.ix_(sides[rows], sides)]
        kernel[rows - rows[0], rows] = 0.0
        between = np.add.reduceat(
            np.add.reduceat(kernel, starts, axis=1), starts[clip] - rows[0], axis=0
        )
        places = np.arange(clip.start, clip.stop)
        alone[clip] = between[places - clip.start, places]
        between[places - clip.start, places] = 0.0
        sums[clip] = between.sum(axis=1)
        squares += float((between**2).sum())
    return _variances(sums, alone, squares)


def _shares(n: int, m: int) -> Matrix:
    """Return what a pair of rows counts in the distance, by their sides, [2, 2]."""
    return np.array([[1 / (n * (n - 1)), -1 / (n * m)], [-1 / (n * m), 1 / (m * (m - 1))]])


def _variances(sums: Matrix, alone: Matrix, squares: float) -> Spread:
    """Return them from s: the sums of its rows, its diagonal [n], the sum of the other squares."""
    n = len(sums)
    pairs, whole = n * (n - 1), float(alone.sum())
    squares = pairs**2 * squares + 2 * pairs * n * float(alone @ sums)
    squares += n**2 / 4 * (2 * (n - 2) * float(alone @ alone) + 2 * whole**2)
    sums = pairs * sums + n / 2 * ((n - 2) * alone + whole)
    total, rows = float(sums.sum()), float((sums**2).sum())
    square = (total**2 - 4 * rows + 2 * squares) / (pairs * (n - 2) * (n - 3))
    shared = (rows - squares) / (pairs * (n - 2)) - square
    apart = max(squares / pairs - square, 0.0)
    return Spread(SCALE**2 * 4 * (n - 2) * shared / pairs, SCALE**2 * 2 * apart / pairs)


def _clip_blocks(rows: Cloud, starts: Rows) -> Iterator[tuple[slice, Matrix]]:
    """Yield squared distances from the rows of some clips at a time, which begin at `starts`."""
    ends = np.append(starts[1:], len(rows))
    step, begin = max(1, BLOCK * BLOCK // len(rows)), 0
    while begin < len(starts):
        end = max(begin + 1, int(np.searchsorted(ends, starts[begin] + step, side="right")))
        yield slice(begin, end), squared_distances(rows[starts[begin] : ends[end - 1]], rows)
        begin = end
