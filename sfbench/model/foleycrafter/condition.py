"""The temporal condition as a picture: white where it sounds, black where it is silent.

Source: Zhang et al., arXiv 2407.01494; open-mmlab/FoleyCrafter, inference.py.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Sounding = NDArray[np.bool_]  # [T], even times over the clip
Clock = Literal["mel", "foleycrafter"]

_FOLEYCRAFTER_SECONDS = 10.0


def columns(
    sounding: Sounding, seconds: float, canvas: int, clock: Clock, per_second: float = 100.0
) -> NDArray[np.float32]:
    """Return what each column of the canvas is told, [canvas]: 1 sound, -1 silence.

    What lies behind the clip's end is silent. A clip that is longer than the canvas fills more
    columns, of which every few-th is kept, as upstream does: time is compressed then.

    Args:
        sounding: Whether it sounds, at T even times over the clip.
        seconds: Length of the clip.
        canvas: Columns of the canvas.
        clock: `mel` for the columns per second of the image; `foleycrafter` for the whole canvas in
            ten seconds, as that model paints it though its image lasts longer.
        per_second: Columns per second of the image.
    """
    pace = canvas / _FOLEYCRAFTER_SECONDS if clock == "foleycrafter" else per_second
    length = pace * seconds
    places = np.arange(int(length)) / length * len(sounding)
    told = np.full(max(canvas, int(length)), -1, np.float32)
    told[: int(length)] = np.where(sounding[places.astype(int)], 1, -1)
    kept = (np.arange(canvas) * (len(told) / canvas)).astype(int)
    drawn: NDArray[np.float32] = told[kept]
    return drawn


def painted(told: NDArray[np.float32], rows: int) -> NDArray[np.float32]:
    """Return the condition image, [1, rows, canvas], of its columns, [canvas]."""
    return np.broadcast_to(told, (1, rows, len(told)))
