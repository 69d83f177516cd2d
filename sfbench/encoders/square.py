"""The square that CLIP sees of a picture; apart from the network, so that a decoder can cut it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 224
MINI_SIDE = 192
MINI_LOOK = f"whole-{MINI_SIDE}"
"""Says in signatures what the mini CLIP sees of a picture."""


def square(frame: NDArray[np.uint8], side: int = SIDE) -> NDArray[np.uint8]:
    """Return what CLIP sees of a picture, [H, W, 3]: [side, side, 3]; of a square, all of it.

    The short side becomes `side` by bicubic scaling with antialiasing, the long side is cut at the
    centre. Source: open_clip 3.3.0, `image_transform`.
    """
    height, width = frame.shape[:2]
    short = min(height, width)
    size = side * width // short, side * height // short
    scaled = Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC)
    left, top = (round((length - side) / 2) for length in size)
    return np.asarray(scaled.crop((left, top, left + side, top + side)))


def mini_square(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what the mini CLIP sees of a picture, [H, W, 3]: all of it, [192, 192, 3].

    Both sides are scaled to the same length, so that what passes by is seen up to the edge. Source:
    open_clip 3.3.0, `image_transform` with `resize_mode="squash"`.
    """
    scaled = Image.fromarray(frame).resize((MINI_SIDE, MINI_SIDE), Image.Resampling.BICUBIC)
    return np.asarray(scaled)
