"""Whether two systems differ by more than chance, clip by clip.

Null hypothesis: for each clip it is chance which system made which sound. So the sounds of every
clip are swapped at random between the systems, and p is the share of such swaps that part the
systems at least as far as they are. Source: Good, Permutation, Parametric and Bootstrap Tests of
Hypotheses, 3rd edition, chapter 3; the swap itself counts, so that p is never 0.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sfbench.eval.metrics.frechet import Cloud
from sfbench.eval.resample import Clips, Distance, part_distance, rows_by_clip

_SAME = 1e-12  # relative difference below which two statistics are the same


def paired_mean_p(first: ArrayLike, second: ArrayLike, *, replicates: int, seed: int) -> float:
    """Return the two-sided p-value of a difference of means over the same clips, 0 to 1.

    Args:
        first: A value per clip of one system, [n].
        second: A value per clip of the other, in the same order, [n].
        replicates: Number of random swaps.
        seed: Seed of the swaps.

    Raises:
        ValueError: The systems have no values, or not the same number.

    >>> paired_mean_p([1.0, 2.0], [1.0, 2.0], replicates=99, seed=0)
    1.0
    """
    own, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if own.shape != other.shape or own.ndim != 1 or not len(own):
        raise ValueError(f"needs a value per clip on both sides: {own.shape}, {other.shape}")
    differences = own - other
    signs = np.random.default_rng(seed).integers(2, size=(replicates, len(own))) * 2 - 1
    return _share(abs(differences.mean()), np.abs((signs * differences).mean(axis=1)))


def paired_distance_p(
    distance: Distance,
    reference: Cloud,
    first: Cloud,
    second: Cloud,
    *,
    replicates: int,
    seed: int,
    clips: tuple[Clips, Clips] | None = None,
) -> float:
    """Return the two-sided p-value of a difference of distances to the same truth, 0 to 1.

    Args:
        distance: The distance.
        reference: Embeddings of the true sounds, [n, d].
        first: Embeddings of one system's sounds, [m, d].
        second: Embeddings of the other's, of the same clips in the same order, [k, d].
        replicates: Number of random swaps.
        seed: Seed of the swaps.
        clips: Number of the clip of each row of `first` and of `second`; None is a row per clip.

    Raises:
        ValueError: The systems have not the same number of clips, or a distance is undefined.
    """
    own, other = clips if clips is not None else (None, None)
    here, there = rows_by_clip(own, len(first)), rows_by_clip(other, len(second))
    if len(here) != len(there):
        raise ValueError(f"the systems have {len(here)} and {len(there)} clips")
    there = [rows + len(first) for rows in there]
    part = part_distance(distance, reference, np.concatenate([first, second]))
    everything, random = np.arange(len(reference)), np.random.default_rng(seed)

    def apart(swapped: NDArray[np.bool_]) -> float:
        pairs = [
            (b, a) if swap else (a, b) for a, b, swap in zip(here, there, swapped, strict=True)
        ]
        one, two = (np.concatenate(rows) for rows in zip(*pairs, strict=True))
        return abs(part(everything, one) - part(everything, two))

    swaps = random.integers(2, size=(replicates, len(here))).astype(np.bool_)
    observed = apart(np.zeros(len(here), np.bool_))
    return _share(observed, np.array([apart(swapped) for swapped in swaps]))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values made safe for having asked several questions, in the given order.

    The chance of a single false alarm among all comparisons stays below the level that the
    returned values are compared with. Source: Holm, Scandinavian Journal of Statistics 6 (1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    adjusted = np.minimum(np.maximum.accumulate(np.asarray(p_values)[order] * factors), 1.0)
    safe = np.empty(len(p_values))
    safe[order] = adjusted
    return safe.tolist()


def _share(observed: float, permuted: NDArray[np.float64]) -> float:
    """Return the share of statistics that reach the observed one, itself among them."""
    reached = int((permuted >= observed * (1 - _SAME)).sum())
    return (1 + reached) / (1 + len(permuted))
