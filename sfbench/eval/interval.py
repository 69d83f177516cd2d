"""95 % intervals: how far a score would move with other clips of the same kind."""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sfbench.eval.metrics.frechet import Cloud


def mean_interval(
    values: NDArray[np.float64], *, level: float, replicates: int, seed: int
) -> tuple[float, float]:
    """Return the interval of a mean over clips, by the percentile bootstrap.

    Args:
        values: One value per clip, [n], n ≥ 2.
        level: Share of repetitions that the interval should cover, 0 to 1.
        replicates: Number of resamples.
        seed: Seed of the resampling.

    >>> mean_interval(np.ones(9), level=0.95, replicates=100, seed=0)
    (1.0, 1.0)
    """
    random = np.random.default_rng(seed)
    chosen = random.integers(len(values), size=(replicates, len(values)))
    low, high = np.quantile(values[chosen].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def cloud_interval(
    distance: Callable[[Cloud, Cloud], float],
    reference: Cloud,
    generated: Cloud,
    *,
    level: float,
    replicates: int,
    seed: int,
) -> tuple[float, float]:
    """Return the interval of a distance between clouds, by subsampling half of the clips.

    Clips are drawn without replacement, the same on both sides: a bootstrap would repeat rows,
    and repeated rows inflate a Fréchet distance. The spread of n/2-subsamples without replacement
    estimates that of the full sample (delete-d jackknife with d = n/2).

    Args:
        distance: The distance.
        reference: Embeddings of the true sounds, [n, d], n ≥ 4.
        generated: Embeddings of the generated sounds of the same clips, [n, d].
        level: Share of repetitions that the interval should cover, 0 to 1.
        replicates: Number of subsamples.
        seed: Seed of the subsampling.

    Raises:
        ValueError: Fewer than 4 clips, or a different number on the two sides.
    """
    if len(reference) != len(generated) or len(reference) < 4:
        raise ValueError(f"needs the same 4 or more clips: {len(reference)}, {len(generated)}")
    random = np.random.default_rng(seed)
    half = len(reference) // 2
    draws = [random.permutation(len(reference))[:half] for _ in range(replicates)]
    spread = np.std([distance(reference[draw], generated[draw]) for draw in draws], ddof=1)
    spread *= np.sqrt(half / (len(reference) - half))
    reach = NormalDist().inv_cdf((1 + level) / 2) * float(spread)
    value = distance(reference, generated)
    return value - reach, value + reach
