"""The square that CLIP sees of a picture; apart from the network, so that a decoder can cut it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 224


def square(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what CLIP sees of a picture, [H, W, 3]: [224, 224, 3]; of a square, all of it.

    The short side becomes 224 by bicubic scaling with antialiasing, the long side is cut at the
    centre. Source: open_clip 3.3.0, `image_transform`.
    """
    height, width = frame.shape[:2]
    short = min(height, width)
    size = SIDE * width // short, SIDE * height // short
    scaled = Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC)
    left, top = (round((length - SIDE) / 2) for length in size)
    return np.asarray(scaled.crop((left, top, left + SIDE, top + SIDE)))
