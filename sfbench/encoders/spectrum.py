"""Short-time spectra of batches in torch, and the mel bands of librosa and of Kaldi."""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sfbench.encoders.bands import slaney_triangles


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
    """Return the bands of `slaney_triangles`, [transform // 2 + 1, bands], float32."""
    return torch.from_numpy(slaney_triangles(rate, transform, bands, low, high))


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
