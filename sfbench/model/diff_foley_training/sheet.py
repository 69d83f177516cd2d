"""Draws what a network makes while it learns: spectrograms of a few clips."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from sfbench import store

SHOWN = 4
"""Clips on a sheet."""

_LINE = 2  # white pixels under a spectrogram


def draw_sheet(folder: Path, *columns: Tensor) -> None:
    """Write `sheet.png` into a folder: for each clip its spectrograms, one under the other.

    Args:
        folder: The folder.
        columns: Spectrograms of the clips in [0, 1], [B, 128, T], of one kind each: those that are
            true first.
    """
    rows = [spectrogram for clip in zip(*columns, strict=True) for spectrogram in clip]
    with store.replacing(folder / "sheet.png") as partial:
        Image.fromarray(np.concatenate([_grey(row) for row in rows])).save(partial, "PNG")


def _grey(spectrogram: Tensor) -> NDArray[np.uint8]:
    """Return pixels, low frequencies below, over a white line."""
    values: NDArray[np.uint8] = spectrogram.clamp(0, 1).mul(255).round().byte().flip(0).numpy()
    return np.pad(values, ((0, _LINE), (0, 0)), constant_values=255)
