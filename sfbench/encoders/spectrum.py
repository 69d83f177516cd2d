"""Short-time spectra of batches in torch, and the mel bands of librosa and of Kaldi."""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_LINEAR_STEP = 200 / 3  # Hz per mel below 1 kHz
_LOG_BEGIN = 1000 / _LINEAR_STEP  # 15 mel, where the scale turns logarithmic
_LOG_STEP = np.log(6.4) / 27


def spectra(sounds: Tensor, window: Tensor, hop: int) -> Tensor:
    """Return complex spectra, [B, T, F], T = n // hop + 1, F = len(window) // 2 + 1.

    Frames are centred on multiples of `hop`; the sound is mirrored at both ends.

    Args:
        sounds: Sounds of one length, [B, n], n > len(window) // 2.
        window: What each frame is weighted by, as long as the transform.
        hop: Samples from frame to frame.
    """
    complex_spectra = torch.stft(
        sounds, len(window), hop, window=window, pad_mode="reflect", return_complex=True
    )
    return complex_spectra.transpose(1, 2)


@lru_cache(maxsize=4)
def slaney_bands(rate: int, transform: int, bands: int, low: float, high: float) -> Tensor:
    """Return triangular bands of equal area, [transform // 2 + 1, bands], float32.

    The scale is Slaney's Auditory Toolbox: linear below 1 kHz, logarithmic above. Equal to
    `librosa.filters.mel(...)` with its defaults, transposed.
    """
    frequencies = np.linspace(0, rate / 2, transform // 2 + 1)[:, None]
    edges = _hertz(np.linspace(_mel(low), _mel(high), bands + 2))
    rising = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    triangles = np.clip(np.minimum(rising, falling), 0, None) * 2 / (edges[2:] - edges[:-2])
    return torch.from_numpy(triangles.astype(np.float32))


@lru_cache(maxsize=4)
def htk_bands(rate: int, transform: int, bands: int, low: float, high: float) -> Tensor:
    """Return triangular bands of peak 1, [transform // 2 + 1, bands], float32.

    The scale is HTK's, and sides are straight in mel and not in Hz, as in Kaldi and AudioSet.
    """
    mel = _htk_mel(np.linspace(0, rate / 2, transform // 2 + 1))[:, None]
    begin, end = _htk_mel(np.array([low, high]))
    edges = np.linspace(begin, end, bands + 2)
    rising = (mel - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mel) / (edges[2:] - edges[1:-1])
    return torch.from_numpy(np.clip(np.minimum(rising, falling), 0, None).astype(np.float32))


def _htk_mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    mel: NDArray[np.float64] = 1127 * np.log1p(hertz / 700)
    return mel


def _mel(hertz: float) -> float:
    if hertz < 1000:
        return hertz / _LINEAR_STEP
    return float(_LOG_BEGIN + np.log(hertz / 1000) / _LOG_STEP)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    logarithmic = 1000 * np.exp(_LOG_STEP * (mel - _LOG_BEGIN))
    return np.where(mel < _LOG_BEGIN, mel * _LINEAR_STEP, logarithmic)
