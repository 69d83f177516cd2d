"""The mel bands of librosa, without torch."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_LINEAR_STEP = 200 / 3  # Hz per mel below 1 kHz
_LOG_BEGIN = 1000 / _LINEAR_STEP  # 15 mel, where the scale turns logarithmic
_LOG_STEP = np.log(6.4) / 27


@lru_cache(maxsize=4)
def slaney_triangles(
    rate: int, transform: int, bands: int, low: float, high: float
) -> NDArray[np.float32]:
    """Return triangular bands of equal area, [transform // 2 + 1, bands].

    The scale is Slaney's Auditory Toolbox: linear below 1 kHz, logarithmic above. Equal to
    `librosa.filters.mel(...)` with its defaults, transposed.
    """
    frequencies = np.linspace(0, rate / 2, transform // 2 + 1)[:, None]
    edges = _hertz(np.linspace(_mel(low), _mel(high), bands + 2))
    rising = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    triangles = np.clip(np.minimum(rising, falling), 0, None) * 2 / (edges[2:] - edges[:-2])
    return triangles.astype(np.float32)


def _mel(hertz: float) -> float:
    if hertz < 1000:
        return hertz / _LINEAR_STEP
    return float(_LOG_BEGIN + np.log(hertz / 1000) / _LOG_STEP)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    logarithmic = 1000 * np.exp(_LOG_STEP * (mel - _LOG_BEGIN))
    return np.where(mel < _LOG_BEGIN, mel * _LINEAR_STEP, logarithmic)
