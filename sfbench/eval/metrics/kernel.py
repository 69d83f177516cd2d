"""Kernel audio distance: unbiased squared maximum mean discrepancy, Gaussian kernel, times 100.

The bandwidth is the median distance between pairs of *reference* embeddings, so that it is one
ruler for every system. Range: about 0 upwards; being unbiased, it may fall slightly below 0.
Lower is better. Source: Chung et al., arXiv 2502.15602.
"""

import numpy as np
from numpy.typing import NDArray

from sfbench.eval.metrics.frechet import Cloud, check_clouds

SCALE = 100.0


def kernel_distance(reference: Cloud, generated: Cloud) -> float:
    """Return the kernel audio distance of two clouds, times 100; about 0 for equal laws.

    Args:
        reference: Embeddings of the true sounds, [n, d], n ≥ 2.
        generated: Embeddings of the generated sounds, [m, d], m ≥ 2.

    Raises:
        ValueError: Widths differ, a cloud has fewer than 2 rows, or a value is not finite.

    >>> near = np.array([[0.0], [1.0]])
    >>> round(kernel_distance(near, near + 1000.0), 2)  # 100 · (2 · exp(-1/2) - 0)
    121.31
    """
    check_clouds(reference, generated)
    within, across, among = kernels(reference, generated)
    return SCALE * (_off_diagonal(within) + _off_diagonal(among) - 2 * float(across.mean()))


def kernels(
    reference: Cloud, generated: Cloud
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the kernel matrices reference-reference, reference-generated, generated-generated."""
    spread = _squares(reference, reference)
    pairs = spread[np.triu_indices(len(reference), 1)]
    bandwidth = float(np.median(np.sqrt(pairs)))
    gamma = 1 / (2 * bandwidth**2 + 1e-8)
    return (
        np.exp(-gamma * spread),
        np.exp(-gamma * _squares(reference, generated)),
        np.exp(-gamma * _squares(generated, generated)),
    )


def _squares(first: Cloud, second: Cloud) -> NDArray[np.float64]:
    """Return squared distances between the rows of two clouds, [n, m]."""
    inner = first @ second.T
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None] - 2 * inner
    clipped: NDArray[np.float64] = np.maximum(squares, 0.0)
    return clipped


def _off_diagonal(matrix: NDArray[np.float64]) -> float:
    count = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (count * (count - 1)))
