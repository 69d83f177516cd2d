"""Log-mel spectra, and what is left of one when time is forgotten: a torch-free embedding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.extractor import Outputs, Samples

RATE = 16_000
BANDS = 64
FLOOR_DB = -100.0

_WINDOW = 1024
_HOP = 160
_CHUNK = 512


def log_mel(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the log-mel spectrum, [T, 64] in dB, T = ceil(samples / 160), never below -100.

    64 ms Hann windows every 10 ms, triangular bands from 50 to 8000 Hz on the HTK mel scale,
    power relative to full scale.

    Args:
        sound: Mono samples at 16 kHz, [n].
    """
    count = -(-len(sound) // _HOP)
    padded = np.pad(sound.astype(np.float32), (_WINDOW // 2, _WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[: count * _HOP : _HOP]
    chunks = [_band_power(windows[begin : begin + _CHUNK]) for begin in range(0, count, _CHUNK)]
    power = np.concatenate(chunks or [np.zeros((0, BANDS))])
    return 10 * np.log10(power + 10 ** (FLOOR_DB / 10))


@dataclass(frozen=True, slots=True)
class MelStatistics:
    """Embeds a sound as the mean and deviation over time of its log-mel spectrum.

    Its one output, `embedding`, [1, 128], is in powers of ten.
    """

    name: str = "mel"
    signature: str = "log10mel64-16k|mean+std|128d"
    rate: int = RATE
    outputs: Mapping[str, int] = field(default_factory=lambda: {"embedding": 2 * BANDS})

    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at 16 kHz, n > 0, its `embedding`, [1, 128]."""
        return [{"embedding": _statistics(log_mel(sound) / 10)} for sound in sounds]


def open_mel(device: str) -> MelStatistics:
    """Return the extractor; it has no weights and runs on the processor whatever the device."""
    return MelStatistics()


def _statistics(spectrum: NDArray[np.float64]) -> NDArray[np.float32]:
    both = np.concatenate([spectrum.mean(axis=0), spectrum.std(axis=0)])
    return both[None].astype(np.float32)


def _band_power(windows: NDArray[np.float32]) -> NDArray[np.float64]:
    hann = np.hanning(_WINDOW + 1)[:-1]
    spectra = np.abs(np.fft.rfft(windows * hann, axis=1)) ** 2
    power: NDArray[np.float64] = 2 * spectra @ _filters() / (_WINDOW * np.sum(hann**2))
    return power


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float64]:
    """Return the triangular bands, [frequencies, 64]; each band's peak is 1."""
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    edges = _hertz(np.linspace(_mel(50.0), _mel(RATE / 2), BANDS + 2))
    rising = (frequencies[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies[:, None]) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(rising, falling), 0, None)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    hertz: NDArray[np.float64] = 700 * (10 ** (mel / 2595) - 1)
    return hertz
