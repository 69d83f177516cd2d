"""Kernel audio distance: unbiased squared maximum mean discrepancy, times 100.

Formula: 100 · (mean k(x, x') + mean k(y, y') - 2 mean k(x, y)) over different rows, with the kernel
k = exp(-γ |x - y|²), γ = 1 / (2 · bandwidth² + 1e-8). The bandwidth is the median distance between
pairs of *reference* embeddings, so that it is one ruler for every system; of an even number of
pairs it is the lower median, as in the authors' tool. Range: about 0 upwards; being unbiased, it
may fall slightly below 0. Lower is better. Source: Chung et al., arXiv 2502.15602.
"""

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sfbench.eval.metrics.frechet import Cloud, check_clouds

SCALE = 100.0
BLOCK = 2048
"""Rows a side of the largest piece of a kernel matrix that is held, 32 MB; others as large."""

_LEAST_WIDTH = 1e-8
_LEAST_SHARE = 0.6  # 95 % intervals then cover 89 to 99 % at n = 95, flat spectrum or 1/k

Shape = Literal["gaussian", "iq", "imq"]
Matrix = NDArray[np.float64]
Rows = NDArray[np.intp]

_SHAPES: dict[Shape, Callable[[Matrix], Matrix]] = {
    "gaussian": lambda scaled: np.exp(-scaled),
    "iq": lambda scaled: 1 / (1 + scaled),
    "imq": lambda scaled: 1 / np.sqrt(1 + scaled),
}


def kernel_distance(
    reference: Cloud,
    generated: Cloud,
    *,
    bandwidth: float | None = None,
    shape: Shape = "gaussian",
) -> float:
    """Return the kernel audio distance of two clouds, times 100; about 0 for equal laws.

    Args:
        reference: Embeddings of the true sounds, [n, d], n ≥ 2.
        generated: Embeddings of the generated sounds, [m, d], m ≥ 2.
        bandwidth: Width of the kernel; None takes `median_distance(reference)`. kadtk takes
            `median_distance(generated)`, against its own description.
        shape: Gaussian, inverse quadratic or inverse multiquadric kernel of γ |x - y|².

    Raises:
        ValueError: Widths differ, a cloud has fewer than 2 rows, or a value is not finite.

    >>> near = np.array([[0.0], [1.0]])
    >>> round(kernel_distance(near, near + 1000.0), 2)  # 100 · (2 · exp(-1/2) - 0)
    121.31
    """
    check_clouds(reference, generated)
    own, made = _centred(reference, generated)
    gamma = _gamma(median_distance(reference) if bandwidth is None else bandwidth)
    kernel = _SHAPES[shape]
    total = {"within": 0.0, "across": 0.0, "among": 0.0}
    for name, first, second in (
        ("within", own, own),
        ("across", own, made),
        ("among", made, made),
    ):
        for rows, squares in _blocks(first, second):
            values = kernel(np.multiply(squares, gamma, out=squares))
            total[name] += float(values.sum())
            if first is second:
                total[name] -= float(np.trace(values, offset=rows.start))
    n, m = len(own), len(made)
    alike = total["within"] / (n * (n - 1)) + total["among"] / (m * (m - 1))
    return SCALE * (alike - 2 * total["across"] / (n * m))


def median_distance(cloud: Cloud) -> float:
    """Return the lower median of the distances between the rows of a cloud, n ≥ 2.

    Exact at any n. Of a cloud of several blocks, a sample of pairs says between which two values
    the median lies; one pass counts the pairs below and keeps only those between.

    >>> median_distance(np.array([[0.0], [1.0], [3.0]]))  # 1, 2 and 3
    2.0
    """
    # Distances do not see a common shift, but their rounding errors do.
    centred = cloud - np.asarray(cloud, np.float64).mean(axis=0)
    low, high = _bracket(centred) if len(cloud) > BLOCK else (-np.inf, np.inf)
    place = (len(cloud) * (len(cloud) - 1) // 2 - 1) // 2
    while True:
        below, between = _pairs_between(centred, low, high)
        if place < below:
            low, high = -np.inf, low
        elif place >= below + len(between):
            low, high = high, np.inf
        else:
            return float(np.sqrt(np.partition(between, place - below)[place - below]))


def kernels(
    reference: Cloud,
    generated: Cloud,
    *,
    bandwidth: float | None = None,
    shape: Shape = "gaussian",
) -> tuple[Matrix, Matrix, Matrix]:
    """Return the kernel matrices reference-reference, reference-generated, generated-generated."""
    own, made = _centred(reference, generated)
    gamma = _gamma(median_distance(reference) if bandwidth is None else bandwidth)
    kernel = _SHAPES[shape]
    return (
        kernel(gamma * _squares(own, own)),
        kernel(gamma * _squares(own, made)),
        kernel(gamma * _squares(made, made)),
    )


def discrepancy(within: Matrix, across: Matrix, among: Matrix) -> float:
    """Return the distance that three kernel matrices make: those of `kernels`, or parts of them."""
    return SCALE * (off_diagonal(within) + off_diagonal(among) - 2 * float(across.mean()))


def deviation(reference: Cloud, generated: Cloud, clips: tuple[Rows, Rows] | None = None) -> float:
    """Return the standard error of `kernel_distance` over other clips of the same kind.

    The distance is a sum over pairs of clips: with s(i, j) all that the rows of clip i contribute
    against those of clip j, it is the mean over i ≠ j of g(i, j) = n (n - 1) s(i, j) +
    n (s(i, i) + s(j, j)) / 2, whose variance is (4 (n - 2) ζ₁ + 2 ζ₂) / (n (n - 1)), ζ₁ the
    covariance of two g that share a clip and ζ₂ the variance of g. Both are estimated without bias;
    as ζ₁ is about 0 for systems like the truth, where its estimate may be below, the sum is never
    taken as less than `_LEAST_SHARE` of the second term. s(i, i) holds what a clip's true sound
    says to its own generated one: it counts, or a copy of the truth would have no error at all.
    The bandwidth counts as known. Source: Hoeffding, Annals of Mathematical Statistics 19 (1948).

    Args:
        reference: Embeddings of the true sounds, [n, d], of 4 or more clips.
        generated: Embeddings of the generated sounds of the same clips, [m, d].
        clips: Number of the clip of each row, [n] and [m], in order from 0; None is a row per clip.
    """
    own, made = _centred(reference, generated)
    gamma = _gamma(median_distance(reference))
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
    return SCALE * _standard_error(sums, alone, squares)


def _shares(n: int, m: int) -> Matrix:
    """Return what a pair of rows counts in the distance, by their sides, [2, 2]."""
    return np.array([[1 / (n * (n - 1)), -1 / (n * m)], [-1 / (n * m), 1 / (m * (m - 1))]])


def _standard_error(sums: Matrix, alone: Matrix, squares: float) -> float:
    """Return that of the mean of g, from s: row sums, diagonal [n], sum of squares without it."""
    n = len(sums)
    pairs, whole = n * (n - 1), float(alone.sum())
    squares = pairs**2 * squares + 2 * pairs * n * float(alone @ sums)
    squares += n**2 / 4 * (2 * (n - 2) * float(alone @ alone) + 2 * whole**2)
    sums = pairs * sums + n / 2 * ((n - 2) * alone + whole)
    total, rows = float(sums.sum()), float((sums**2).sum())
    square = (total**2 - 4 * rows + 2 * squares) / (pairs * (n - 2) * (n - 3))
    shared = (rows - squares) / (pairs * (n - 2)) - square
    apart = 2 * max(squares / pairs - square, 0.0) / pairs
    return float(np.sqrt(max(4 * (n - 2) * shared / pairs + apart, _LEAST_SHARE * apart)))


def off_diagonal(matrix: Matrix) -> float:
    """Return the mean of a square matrix without its diagonal.

    >>> off_diagonal(np.array([[9.0, 1.0], [3.0, 9.0]]))
    2.0
    """
    count = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (count * (count - 1)))


def _centred(reference: Cloud, generated: Cloud) -> tuple[Cloud, Cloud]:
    centre = np.asarray(reference, np.float64).mean(axis=0)
    return reference - centre, generated - centre


def _gamma(bandwidth: float) -> float:
    return 1 / (2 * bandwidth**2 + _LEAST_WIDTH)


def _blocks(first: Cloud, second: Cloud) -> Iterator[tuple[slice, Matrix]]:
    """Yield squared distances from some rows at a time to all of the second cloud."""
    step = max(1, BLOCK * BLOCK // len(second))
    for begin in range(0, len(first), step):
        rows = slice(begin, min(begin + step, len(first)))
        yield rows, _squares(first[rows], second)


def _clip_blocks(rows: Cloud, starts: Rows) -> Iterator[tuple[slice, Matrix]]:
    """Yield squared distances from the rows of some clips at a time, which begin at `starts`."""
    ends = np.append(starts[1:], len(rows))
    step, begin = max(1, BLOCK * BLOCK // len(rows)), 0
    while begin < len(starts):
        end = max(begin + 1, int(np.searchsorted(ends, starts[begin] + step, side="right")))
        yield slice(begin, end), _squares(rows[starts[begin] : ends[end - 1]], rows)
        begin = end


def _bracket(cloud: Cloud) -> tuple[float, float]:
    """Return two squared distances between which the median nearly surely lies."""
    random = np.random.default_rng(0)
    chosen = cloud[random.permutation(len(cloud))[:BLOCK]]
    pairs = _squares(chosen, chosen)[np.triu_indices(BLOCK, 1)]
    low, high = np.quantile(pairs, [0.45, 0.55])
    return float(low), float(high)


def _pairs_between(cloud: Cloud, low: float, high: float) -> tuple[int, Matrix]:
    """Return how many pairs are nearer than `low`, and the squares from there to below `high`."""
    below, kept = 0, []
    for rows, squares in _blocks(cloud, cloud):
        later = np.arange(rows.start, rows.stop)[:, None] < np.arange(len(cloud))
        below += int(((squares < low) & later).sum())
        kept.append(squares[(squares >= low) & (squares < high) & later])
    return below, np.concatenate(kept)


def _squares(first: Cloud, second: Cloud) -> Matrix:
    """Return squared distances between the rows of two clouds, [n, m]."""
    squares: Matrix = first @ second.T
    squares *= -2
    squares += np.einsum("ij,ij->i", first, first)[:, None]
    squares += np.einsum("ij,ij->i", second, second)
    return np.maximum(squares, 0.0, out=squares)
