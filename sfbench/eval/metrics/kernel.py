"""Kernel audio distance: unbiased squared maximum mean discrepancy, times 100.

Formula: 100 · (mean k(x, x') + mean k(y, y') - 2 mean k(x, y)) over different rows, with the kernel
k = exp(-γ |x - y|²), γ = 1 / (2 · bandwidth² + 1e-8). The bandwidth is the median distance between
pairs of *reference* embeddings, so that it is one ruler for every system; of an even number of
pairs it is the lower median, as in the authors' tool. Range: about 0 upwards; being unbiased, it
may fall slightly below 0. Lower is better. Source: Chung et al., arXiv 2502.15602.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sfbench.eval.metrics.frechet import Cloud, check_clouds

SCALE = 100.0
_LEAST_WIDTH = 1e-8

Shape = Literal["gaussian", "iq", "imq"]
Matrix = NDArray[np.float64]

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
    return discrepancy(*kernels(reference, generated, bandwidth=bandwidth, shape=shape))


def median_distance(cloud: Cloud) -> float:
    """Return the lower median of the distances between the rows of a cloud, n ≥ 2.

    >>> median_distance(np.array([[0.0], [1.0], [3.0]]))  # 1, 2 and 3
    2.0
    """
    # Distances do not see a common shift, but their rounding errors do.
    centred = cloud - np.asarray(cloud, np.float64).mean(axis=0)
    pairs = _squares(centred, centred)[np.triu_indices(len(cloud), 1)]
    middle = (len(pairs) - 1) // 2
    return float(np.sqrt(np.partition(pairs, middle)[middle]))


def kernels(
    reference: Cloud,
    generated: Cloud,
    *,
    bandwidth: float | None = None,
    shape: Shape = "gaussian",
) -> tuple[Matrix, Matrix, Matrix]:
    """Return the kernel matrices reference-reference, reference-generated, generated-generated."""
    centre = np.asarray(reference, np.float64).mean(axis=0)
    own, made = reference - centre, generated - centre
    width = median_distance(reference) if bandwidth is None else bandwidth
    gamma = 1 / (2 * width**2 + _LEAST_WIDTH)
    kernel = _SHAPES[shape]
    return (
        kernel(gamma * _squares(own, own)),
        kernel(gamma * _squares(own, made)),
        kernel(gamma * _squares(made, made)),
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


def _squares(first: Cloud, second: Cloud) -> Matrix:
    """Return squared distances between the rows of two clouds, [n, m]."""
    inner = first @ second.T
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None] - 2 * inner
    clipped: Matrix = np.maximum(squares, 0.0)
    return clipped
