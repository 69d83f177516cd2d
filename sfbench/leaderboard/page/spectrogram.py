"""Pictures of sounds: mel spectrograms on one dB scale, as small PNGs."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Sound = NDArray[np.float32]  # [samples], mono, -1 to 1
Levels = NDArray[np.float64]  # [bands, columns], dB

BANDS = 96
COLUMNS = 640
RANGE = 70.0  # dB between black and the brightest colour
_FFT = 2048
_SILENCE = 1e-12  # power, so that digital silence has a level

# Nine evenly spaced anchors of the colour map "magma" (van der Walt and Smith, CC0).
_MAGMA = np.array(
    [
        (0, 0, 4),
        (28, 16, 68),
        (79, 18, 123),
        (129, 37, 129),
        (181, 54, 122),
        (229, 80, 100),
        (251, 135, 97),
        (254, 194, 135),
        (252, 253, 191),
    ]
)


def levels(sound: Sound, sample_rate: int) -> Levels:
    """Return the power of `sound` in mel bands, in dB re full scale, lowest band first.

    There are always `COLUMNS` columns, so that sounds of one length share a time axis.
    """
    window = round(0.046 * sample_rate)
    padded = np.pad(sound, window // 2 + 1)
    starts = np.linspace(0, max(0, len(padded) - window), COLUMNS).astype(int)
    hann = np.hanning(window).astype(np.float32)
    spectra = np.fft.rfft(padded[starts[:, None] + np.arange(window)] * hann, _FFT)
    # By Parseval's theorem a full-scale sine sums to 1 over all bins.
    power = np.abs(spectra) ** 2 * 4 / (_FFT * (hann**2).sum())
    in_bands: Levels = 10 * np.log10(_mel_bands(sample_rate) @ power.T + _SILENCE)
    return in_bands


def band_of(hertz: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """Return where frequencies lie among the bands of `levels`: 0 is the middle of the lowest.

    >>> band_of(np.array([30.0, 8000.0]), 16_000).round(6).tolist()
    [-1.0, 96.0]
    """
    edges = _to_mel(30.0), _to_mel(sample_rate / 2)
    mel = 2595 * np.log10(1 + np.asarray(hertz) / 700)
    place: NDArray[np.float64] = (mel - edges[0]) / (edges[1] - edges[0]) * (BANDS + 1) - 1
    return place


def _mel_bands(sample_rate: int) -> NDArray[np.float64]:
    """Return triangular weights [bands, bins] with edges evenly spaced in mel (HTK)."""
    mel = np.linspace(_to_mel(30.0), _to_mel(sample_rate / 2), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.linspace(0, sample_rate / 2, _FFT // 2 + 1)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rising, falling))


def _to_mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def pictures(sounds: Sequence[Levels]) -> list[bytes]:
    """Return a PNG per sound; the brightest colour is the loudest band of them all."""
    top = max((float(sound.max()) for sound in sounds), default=0.0)
    return [_png((sound - (top - RANGE)) / RANGE) for sound in sounds]


def _png(shares: NDArray[np.float64]) -> bytes:
    # 64 steps are finer than the eye sees here and make the file a third smaller.
    steps = np.round(np.clip(shares[::-1], 0, 1) * 63).astype(np.uint8)
    picture = Image.fromarray(steps, mode="P")
    picture.putpalette(magma(64).tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def magma(steps: int) -> NDArray[np.uint8]:
    """Return `steps` colours from black to pale yellow, [steps, RGB], evenly spaced to the eye."""
    places = np.linspace(0, len(_MAGMA) - 1, steps)
    channels = [np.interp(places, range(len(_MAGMA)), channel) for channel in _MAGMA.T]
    return np.stack(channels, axis=1).round().astype(np.uint8)
