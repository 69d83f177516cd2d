"""Fréchet distance between the Gaussians that fit two clouds of embeddings.

Formula: |x̄ - ȳ|² + tr S₁ + tr S₂ - 2 tr √(S₁S₂). Range: 0 to infinity, lower is better.
Source: Kilgour et al., arXiv 1812.08466; the exact low-rank form used here writes S₁ = AᵀA and
S₂ = BᵀB, so that tr √(S₁S₂) is the nuclear norm of ABᵀ: no square root of a matrix, no epsilon,
nothing complex, and rank-deficient clouds need no special care.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

Cloud = NDArray[np.float64]  # [clips, dimensions]


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
    shift = reference.mean(axis=0) - generated.mean(axis=0)
    first, second = _factor(reference), _factor(generated)
    overlap = np.linalg.svd(first @ second.T, compute_uv=False).sum()
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


def _factor(cloud: Cloud) -> NDArray[np.float64]:
    """Return A with AᵀA the cloud's covariance, [min(n, d), d].

    With more clips than dimensions, QR makes it d rows: that keeps the precision that forming the
    covariance would halve.
    """
    centred = np.asarray(cloud, np.float64) - cloud.mean(axis=0)
    scaled = centred / np.sqrt(len(cloud) - 1)
    if scaled.shape[0] <= scaled.shape[1]:
        return scaled
    return cast(Cloud, np.linalg.qr(scaled, mode="r"))
