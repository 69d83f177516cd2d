"""What the detector sees of a picture; apart from the network, so that a worker can cut it.

Source: open-mmlab/FoleyCrafter, inference.py (torchvision's Resize, CenterCrop, Normalize).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SIDE = 112

_SCALED = 128
_EDGE = (_SCALED - SIDE) // 2
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


@dataclass(frozen=True, slots=True)
class Crop:
    """Squashes a picture to 128 x 128 by linear scaling and keeps the middle.

    Attributes:
        antialias: Whether scaling down averages; torchvision's default until 0.16 was not to.
    """

    antialias: bool = True

    def __call__(self, frame: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the middle of a picture, [H, W, 3], as [112, 112, 3] in 0..255."""
        down, across = (_scaling(length, self.antialias) for length in frame.shape[:2])
        rows = np.tensordot(down, frame.astype(np.float32), 1)  # [112, W, 3]
        cropped: NDArray[np.float32] = np.einsum("yjc,xj->yxc", rows, across, optimize=True)
        return cropped


def in_bytes(crop: Crop, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what a crop keeps of a picture in the nearest whole numbers."""
    return crop(frame).round().astype(np.uint8)


def normalised(crops: NDArray[np.float32], full: float) -> NDArray[np.float32]:
    """Return what the network is given, [3, T, 112, 112], of crops, [T, 112, 112, 3] in 0..255.

    Args:
        crops: The crops.
        full: What full scale is called: 1, or 255 as FoleyCrafter does, whose mean and deviation
            are for 1 nevertheless.
    """
    scaled = crops * np.float32(full / 255)
    return np.ascontiguousarray(((scaled - _MEAN) / _DEVIATION).transpose(3, 0, 1, 2))


@lru_cache(maxsize=16)
def _scaling(length: int, antialias: bool) -> NDArray[np.float32]:
    """Return the weights of linear scaling to 128, its middle rows only, [112, length]."""
    step = length / _SCALED
    reach = max(step, 1.0) if antialias else 1.0
    centres = (np.arange(_SCALED)[_EDGE : _EDGE + SIDE, None] + 0.5) * step - 0.5
    if not antialias:
        centres = centres.clip(0, length - 1)
    weights = np.clip(1 - np.abs(np.arange(length) - centres) / reach, 0, None)
    shares: NDArray[np.float32] = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    return shares
