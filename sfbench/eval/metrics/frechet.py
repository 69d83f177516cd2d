"""Fréchet distance between the Gaussians that fit two clouds of embeddings.

Formula: |x̄ - ȳ|² + tr S₁ + tr S₂ - 2 tr √(S₁S₂). Range: 0 to infinity, lower is better.
Source: Kilgour et al., arXiv 1812.08466; the exact low-rank form used here writes S₁ = AᵀA and
S₂ = BᵀB, so that tr √(S₁S₂) is the nuclear norm of ABᵀ: no square root of a matrix, no epsilon,
nothing complex, and rank-deficient clouds need no special care. A and B have min(n, d) rows, so
that the cost is that of the smaller of clips and dimensions.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

Cloud = NDArray[np.float64]  # [clips, dimensions]

_REGULAR = 1e-3  # least deviation over the largest; at that, 10 of 16 digits of a variance are left


def frechet_distance(reference: Cloud, generated: Cloud) -> float:
    """Return the distance between the Gaussians that fit two clouds; 0 is identical.

    Args:
        reference: Embeddings of the true sounds, [n, d], n ≥ 2.
        generated: Embeddings of the generated sounds, [m, d], m ≥ 2.

    Returns:
        0 or more; lower is better.

    Raises:
        ValueError: Widths differ, a cloud has fewer than 2 rows, or a value is not finite.

    >>> cloud = np.random.default_rng(0).normal(size=(64, 4))
    >>> round(frechet_distance(cloud, cloud + 1.0), 6)
    4.0
    """
    check_clouds(reference, generated)
    own, made = np.asarray(reference, np.float64), np.asarray(generated, np.float64)
    shift = own.mean(axis=0) - made.mean(axis=0)
    first, second = _factor(own), _factor(made)
    overlap = nuclear_norm(first @ second.T)
    distance = shift @ shift + np.sum(first**2) + np.sum(second**2) - 2 * overlap
    return max(float(distance), 0.0)


def check_clouds(reference: Cloud, generated: Cloud) -> None:
    """Refuse what has no distance.

    Raises:
        ValueError: Widths differ, a cloud has fewer than 2 rows, or a value is not finite.
    """
    if reference.ndim != 2 or generated.ndim != 2:
        raise ValueError(f"clouds are [clips, dimensions]: {reference.shape}, {generated.shape}")
    if reference.shape[1] != generated.shape[1]:
        raise ValueError(f"widths differ: {reference.shape[1]} and {generated.shape[1]}")
    if min(len(reference), len(generated)) < 2:
        raise ValueError(f"a cloud needs 2 rows: {len(reference)} and {len(generated)}")
    if not (np.isfinite(reference).all() and np.isfinite(generated).all()):
        raise ValueError("an embedding is not finite")


def nuclear_norm(matrix: NDArray[np.float64]) -> float:
    """Return the sum of the singular values of a matrix.

    >>> nuclear_norm(np.array([[3.0, 0.0], [0.0, -4.0]]))
    7.0
    """
    return float(np.linalg.svd(matrix, compute_uv=False).sum())


def _factor(cloud: Cloud) -> NDArray[np.float64]:
    """Return A with AᵀA the cloud's covariance, [min(n, d), d].

    With more clips than dimensions, d rows are enough: Cholesky's factor where the covariance is
    far from singular, else that of QR, several times slower, which keeps the digits of small
    variances that forming the covariance loses.
    """
    scaled = (cloud - cloud.mean(axis=0)) / np.sqrt(len(cloud) - 1)
    if scaled.shape[0] <= scaled.shape[1]:
        return cast(Cloud, scaled)
    try:
        factor = np.linalg.cholesky(scaled.T @ scaled).T
    except np.linalg.LinAlgError:
        return cast(Cloud, np.linalg.qr(scaled, mode="r"))
    sizes = np.diag(factor)
    if sizes.min() < _REGULAR * sizes.max():
        return cast(Cloud, np.linalg.qr(scaled, mode="r"))
    return cast(Cloud, factor)
