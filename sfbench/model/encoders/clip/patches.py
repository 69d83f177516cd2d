"""What is seen in each patch of a picture, and which patches a training step looks at."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

_ENOUGH = 0.3  # of a patch, or of a thing that is smaller than one


def patch_things(boxes: NDArray[np.float64], grid: int) -> NDArray[np.int64]:
    """Return whose box lies on each patch: 0 or 1, or -1 where none does, [B, grid · grid].

    Args:
        boxes: Left, top, right, bottom of two things from -1 to 1, [B, 2, 4], the first in front;
            NaN where there is none.
        grid: Patches along a side.

    >>> patch_things(np.array([[[-1.0, -1.0, 0.0, 0.0], [-1.0, -1.0, 1.0, 0.0]]]), 2).tolist()
    [[0, 1, -1, -1]]
    """
    edges = np.linspace(-1, 1, grid + 1)
    across = _overlap(boxes[..., 0], boxes[..., 2], edges)
    down = _overlap(boxes[..., 1], boxes[..., 3], edges)
    area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    least = np.minimum(area, (2 / grid) ** 2)[..., None, None]
    on = (down[..., :, None] * across[..., None, :] > _ENOUGH * least).reshape(*area.shape, -1)
    return np.where(on[:, 0], 0, np.where(on[:, 1], 1, -1))


def _overlap(
    low: NDArray[np.float64], high: NDArray[np.float64], edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    ends = np.minimum(high[..., None], edges[1:]) - np.maximum(low[..., None], edges[:-1])
    overlap: NDArray[np.float64] = np.maximum(ends, 0)
    return overlap


def kept_patches(things: NDArray[np.int64], count: int, rng: Generator) -> NDArray[np.int64]:
    """Return which patches are looked at, [B, count]: those with things first, others by chance.

    Most of a picture is sky and ground; a step that leaves half of it out costs half (Li et al.,
    arXiv 2212.00794).
    """
    order = rng.random(things.shape) - (things >= 0)
    kept: NDArray[np.int64] = np.argpartition(order, count - 1, axis=1)[:, :count]
    return kept
