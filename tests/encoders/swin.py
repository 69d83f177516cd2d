"""The fixed buffers of a Swin transformer with windows of 8 × 8 patches, as it is published."""

import numpy as np
from numpy.typing import NDArray

WINDOW = 8
SHIFT = 4


def relative_position_index() -> NDArray[np.int64]:
    """Return which of the 15 × 15 offsets lies between two patches of a window, [64, 64]."""
    row, column = np.divmod(np.arange(WINDOW**2), WINDOW)
    down, right = (axis[:, None] - axis + WINDOW - 1 for axis in (row, column))
    return down * (2 * WINDOW - 1) + right


def attention_mask(windows: int) -> NDArray[np.float32]:
    """Return -100 where patches of a shifted window were not neighbours, [windows, 64, 64].

    Args:
        windows: Number of windows, a square.
    """
    side = round(windows**0.5) * WINDOW
    band = np.digitize(np.arange(side), [side - WINDOW, side - SHIFT])
    region = band[:, None] * 3 + band
    tiles = region.reshape(side // WINDOW, WINDOW, side // WINDOW, WINDOW).swapaxes(1, 2)
    flat = tiles.reshape(windows, WINDOW**2)
    return np.where(flat[:, :, None] == flat[:, None], 0, -100).astype(np.float32)
