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
    own, made = centred(reference, generated)
    gamma = gamma_of(median_distance(reference) if bandwidth is None else bandwidth)
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
    own, made = centred(reference, generated)
    gamma = gamma_of(median_distance(reference) if bandwidth is None else bandwidth)
    kernel = _SHAPES[shape]
    return (
        kernel(gamma * squared_distances(own, own)),
        kernel(gamma * squared_distances(own, made)),
        kernel(gamma * squared_distances(made, made)),
    )


def discrepancy(within: Matrix, across: Matrix, among: Matrix) -> float:
    """Return the distance that three kernel matrices make: those of `kernels`, or parts of them."""
    return SCALE * (off_diagonal(within) + off_diagonal(among) - 2 * float(across.mean()))


def off_diagonal(matrix: Matrix) -> float:
    """Return the mean of a square matrix without its diagonal.

    >>> off_diagonal(np.array([[9.0, 1.0], [3.0, 9.0]]))
    2.0
    """
    count = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (count * (count - 1)))


def centred(reference: Cloud, generated: Cloud) -> tuple[Cloud, Cloud]:
    """Return both clouds less the mean of the reference, which no distance sees."""
    centre = np.asarray(reference, np.float64).mean(axis=0)
    return reference - centre, generated - centre


def gamma_of(bandwidth: float) -> float:
    """Return the factor of squared distances within a kernel of a bandwidth."""
    return 1 / (2 * bandwidth**2 + _LEAST_WIDTH)


def _blocks(first: Cloud, second: Cloud) -> Iterator[tuple[slice, Matrix]]:
    """Yield squared distances from some rows at a time to all of the second cloud."""
    step = max(1, BLOCK * BLOCK // len(second))
    for begin in range(0, len(first), step):
        rows = slice(begin, min(begin + step, len(first)))
        yield rows, squared_distances(first[rows], second)


def _bracket(cloud: Cloud) -> tuple[float, float]:
    """Return two squared distances between which the median nearly surely lies."""
    random = np.random.default_rng(0)
    chosen = cloud[random.permutation(len(cloud))[:BLOCK]]
    pairs = squared_distances(chosen, chosen)[np.triu_indices(BLOCK, 1)]
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


def squared_distances(first: Cloud, second: Cloud) -> Matrix:
    """Return squared distances between the rows of two clouds, [n, m]."""
    squares: Matrix = first @ second.T
    squares *= -2
    squares += np.einsum("ij,ij->i", first, first)[:, None]
    squares += np.einsum("ij,ij->i", second, second)
    return np.maximum(squares, 0.0, out=squares)
