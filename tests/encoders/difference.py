from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.extractor import Outputs, Samples


def difference(mine: NDArray, upstream: NDArray) -> float:
    """Return the largest difference over upstream's largest magnitude."""
    assert mine.shape == upstream.shape
    return float(np.abs(np.float64(mine) - upstream).max() / np.abs(upstream).max())


def companions_matter(
    extractor: Callable[[Sequence[Samples]], list[Outputs]], sounds: Sequence[Samples]
) -> float:
    """Return how far an answer moves when its sound is heard among the others, and shuffled."""
    alone = [extractor([sound])[0] for sound in sounds]
    order = np.random.default_rng(0).permutation(len(sounds))
    together = extractor([sounds[index] for index in order])
    return max(
        difference(mine[name], alone[index][name])
        for index, mine in zip(order, together, strict=True)
        for name in mine
    )
