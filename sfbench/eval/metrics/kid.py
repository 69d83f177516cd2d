"""Kernel inception distance: the unbiased maximum mean discrepancy with a cubic kernel.

Formula: mean over subsets of mean k(x, x') + mean k(y, y') - 2 mean k(x, y) over different rows,
k = (x · y / d + 1)³. Range: about 0 upwards, may fall slightly below; lower is better. Source:
Bińkowski et al., arXiv 1801.01401; the audio tools draw 100 subsets of 1000 with seed 2020. The
kernel has no width to choose and grows with the embeddings' length: compare within one extractor.
"""

import numpy as np

from sfbench.eval.metrics.frechet import Cloud, check_clouds
from sfbench.eval.metrics.kernel import Matrix, off_diagonal

SUBSETS = 100
SUBSET_SIZE = 1000
SEED = 2020
_DEGREE = 3


def kernel_inception_distance(
    reference: Cloud,
    generated: Cloud,
    *,
    subsets: int = SUBSETS,
    subset_size: int = SUBSET_SIZE,
    seed: int = SEED,
) -> tuple[float, float]:
    """Return the mean and the standard deviation of the distance over subsets.

    Args:
        reference: Embeddings of the true sounds, [n, d], n ≥ 2.
        generated: Embeddings of the generated sounds, [m, d], m ≥ 2.
        subsets: How many subsets are drawn, each without replacement.
        subset_size: Rows of a subset on either side, 2 or more; at most n and m are taken.
        seed: Seed of numpy's `RandomState`, which draws them.

    Raises:
        ValueError: Widths differ, a cloud or a subset has fewer than 2 rows, or a value is not
            finite.

    >>> ones = np.ones((3, 4))
    >>> kernel_inception_distance(0 * ones, ones, subsets=5)  # 1 + 2³ - 2 · 1
    (7.0, 0.0)
    """
    check_clouds(reference, generated)
    first, second = (np.asarray(cloud, np.float64) for cloud in (reference, generated))
    size = min(subset_size, len(first), len(second))
    if size < 2 or subsets < 1:
        raise ValueError(f"needs 1 or more subsets of 2 or more: {subsets} of {size}")
    random = np.random.RandomState(seed)
    values = [
        _discrepancy(
            first[random.choice(len(first), size, replace=False)],
            second[random.choice(len(second), size, replace=False)],
        )
        for _ in range(subsets)
    ]
    return float(np.mean(values)), float(np.std(values))


def _discrepancy(first: Cloud, second: Cloud) -> float:
    apart = float(_cubic(first, second).mean())
    return off_diagonal(_cubic(first, first)) + off_diagonal(_cubic(second, second)) - 2 * apart


def _cubic(first: Cloud, second: Cloud) -> Matrix:
    kernel: Matrix = (first @ second.T / first.shape[1] + 1) ** _DEGREE
    return kernel
