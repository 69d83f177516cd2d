"""Short-time level of a sound: the signal that health, activity and continuity rest on."""

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Sample rate that levels are measured at, in Hz."""

HOP = 0.010
"""Time from one level to the next, in seconds."""

SILENCE_DB = -120.0
"""Level of digital silence, in dBFS."""

_WINDOW = 1024  # 64 ms
_BAND = (80.0, 7600.0)
_CHUNK = 512


def levels(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the level every 10 ms, [T] in dBFS, T = ceil(samples / 160).

    Power between 80 and 7600 Hz in a 64 ms Hann window centred on each instant; a full-scale
    square wave stands at 0 dBFS. Digital silence is -120 dBFS. Source: specs of the continuity
    metrics, `eval/README.md`.

    Args:
        sound: Mono samples at 16 kHz, [n].

    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000).astype(np.float32)
    >>> round(float(levels(tone)[50]), 1)
    -3.0
    """
    hop = round(HOP * RATE)
    count = -(-len(sound) // hop)
    padded = np.pad(sound.astype(np.float32), (_WINDOW // 2, _WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[: count * hop : hop]
    power = np.concatenate(
        [_band_power(windows[begin : begin + _CHUNK]) for begin in range(0, count, _CHUNK)]
        or [np.zeros(0)]
    )
    return 10 * np.log10(power + 10 ** (SILENCE_DB / 10))


def _band_power(windows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean square between the band's edges, by Parseval's theorem."""
    hann = np.hanning(_WINDOW + 1)[:-1]
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    inside = (frequencies >= _BAND[0]) & (frequencies <= _BAND[1])
    spectra = np.abs(np.fft.rfft(windows * hann, axis=1)[:, inside]) ** 2
    power: NDArray[np.float64] = 2 * spectra.sum(axis=1) / (_WINDOW * np.sum(hann**2))
    return power
