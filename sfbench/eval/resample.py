"""Distances between parts of clouds, made cheap: what intervals, floors and p-values repeat.

A Fréchet distance needs inner products only, so that any part of two clouds has its distance from
parts of three Gram matrices K, however wide the clouds are: |x̄ - ȳ|² = mean Kxx + mean Kyy -
2 mean Kxy, tr S₁ = (tr Kxx - n mean Kxx) / (n - 1), and tr √(S₁S₂) is the nuclear norm of Kxy
without the means of its rows and columns, over √((n - 1)(m - 1)). Kernels have parts likewise.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sfbench.eval.metrics.frechet import Cloud, check_clouds, frechet_distance, nuclear_norm
from sfbench.eval.metrics.kernel import discrepancy, kernel_distance, kernels

Rows = NDArray[np.intp]  # places of rows in a cloud
Clips = NDArray[np.intp]  # [n] number of the clip that each row belongs to, from 0
Distance = Callable[[Cloud, Cloud], float]
PartDistance = Callable[[Rows, Rows], float]


def part_distance(distance: Distance, reference: Cloud, generated: Cloud) -> PartDistance:
    """Return a function that gives the distance between some rows of either cloud.

    It answers as `distance(reference[some], generated[others])` does, except that the bandwidth
    of a kernel distance stays that of the whole reference. `frechet_distance` of wide clouds and
    `kernel_distance` are had from inner products that are computed once.

    Args:
        distance: The distance.
        reference: Embeddings of the true sounds, [n, d].
        generated: Embeddings of the generated sounds, [m, d].

    Raises:
        ValueError: Widths differ, a cloud has fewer than 2 rows, or a value is not finite.
    """
    check_clouds(reference, generated)
    if distance is kernel_distance:
        return _kernel_parts(reference, generated)
    if distance is frechet_distance and min(len(reference), len(generated)) <= reference.shape[1]:
        return _frechet_parts(reference, generated)
    return lambda some, others: distance(reference[some], generated[others])


def rows_by_clip(clips: Clips | None, count: int) -> list[Rows]:
    """Return the rows of each clip in order; a clip a row where nothing is said.

    Args:
        clips: Number of the clip that each row belongs to, from 0 and with none left out, [count].
        count: Number of rows.

    Raises:
        ValueError: There is not one number per row, or a number from 0 on has no row.

    >>> [rows.tolist() for rows in rows_by_clip(np.array([0, 0, 1]), 3)]
    [[0, 1], [2]]
    """
    if clips is None:
        return list(np.arange(count)[:, None])
    if len(clips) != count:
        raise ValueError(f"{len(clips)} clip numbers for {count} rows")
    rows = [np.flatnonzero(clips == clip) for clip in range(int(clips.max()) + 1)]
    if clips.min() < 0 or not all(len(own) for own in rows):
        raise ValueError("clips are numbered from 0, with none left out")
    return rows


def _frechet_parts(reference: Cloud, generated: Cloud) -> PartDistance:
    # Inner products about the middle of the data lose fewer digits than about the origin.
    centre = np.asarray(reference, np.float64).mean(axis=0)
    own, made = reference - centre, generated - centre
    within, across, among = own @ own.T, own @ made.T, made @ made.T

    def distance(some: Rows, others: Rows) -> float:
        first, second = within[np.ix_(some, some)], among[np.ix_(others, others)]
        cross = across[np.ix_(some, others)]
        shift = first.mean() + second.mean() - 2 * cross.mean()
        free = len(some) - 1, len(others) - 1
        spread = np.trace(first) / free[0] + np.trace(second) / free[1]
        spread -= first.mean() * len(some) / free[0] + second.mean() * len(others) / free[1]
        centred = cross - cross.mean(axis=0) - cross.mean(axis=1)[:, None] + cross.mean()
        overlap = nuclear_norm(centred) / np.sqrt(free[0] * free[1])
        return max(float(shift + spread - 2 * overlap), 0.0)

    return distance


def _kernel_parts(reference: Cloud, generated: Cloud) -> PartDistance:
    within, across, among = kernels(reference, generated)

    def distance(some: Rows, others: Rows) -> float:
        return discrepancy(
            within[np.ix_(some, some)],
            across[np.ix_(some, others)],
            among[np.ix_(others, others)],
        )

    return distance
