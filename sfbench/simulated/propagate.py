"""Carries a sound from a moving source to the listener."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sfbench.simulated.synth import Samples, band
from sfbench.simulated.trajectory import Times, Trajectory, distance

_TAPS = 16
_PHASES = 1024
_AIR = 180.0  # metres over which the share of undimmed sound falls to 1/e
_FAR = band(0.0, 1400.0, 1.0)


def delay_line(samples: Samples, places: NDArray[np.float64]) -> Samples:
    """Return the samples read at fractional places, [T], by a windowed sine cardinal.

    Doppler follows from reading: places that advance faster than one by one raise the pitch.

    Args:
        samples: The line, [n].
        places: Where to read, [T] in samples, each at least 8 from both ends.

    >>> line = np.arange(32, dtype=np.float32)
    >>> delay_line(line, np.array([10.0, 12.0])).tolist()
    [10.0, 12.0]
    """
    whole = np.floor(places).astype(np.int64)
    phase = np.round((places - whole) * _PHASES).astype(np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(samples, _TAPS)
    read: Samples = np.einsum("tk,tk->t", windows[whole - _TAPS // 2 + 1], _kernels()[phase])
    return read


@cache
def _kernels() -> NDArray[np.float32]:
    """Return the weights of the taps for every fraction of a sample, [phases + 1, taps]."""
    offsets = np.arange(_TAPS)[None] - (_TAPS // 2 - 1) - np.linspace(0, 1, _PHASES + 1)[:, None]
    weights = np.sinc(offsets) * np.cos(np.pi * offsets / (_TAPS + 2)) ** 2
    kernels: NDArray[np.float32] = weights / weights.sum(axis=1, keepdims=True)
    return kernels.astype(np.float32)


def propagate(
    samples: Samples, origin: float, trajectory: Trajectory, emitted: Times, rate: int
) -> Samples:
    """Return what arrives at the listener, [T]: delayed, weakened by 1/r and dulled by the air.

    Args:
        samples: What the source sends out, [n].
        origin: When the first sample is sent, in seconds.
        trajectory: The source's way.
        emitted: When the sound of each arriving sample was sent, [T] in seconds.
        rate: Sample rate, in Hz.
    """
    arriving = delay_line(samples, (emitted - origin) * rate)
    metres = distance(trajectory, emitted).astype(np.float32)
    return air(arriving, metres, rate) / metres


def air(samples: Samples, metres: NDArray[np.float32], rate: int) -> Samples:
    """Return the samples with less treble the farther they came, [T].

    A stand-in for the air's absorption: an ever larger share of the sound goes through a
    low-pass of 6 dB per octave from 1.4 kHz that keeps phases, so that the two shares add up.
    """
    size = -(-len(samples) // 4096) * 4096
    gain = _FAR(np.fft.rfftfreq(size, 1 / rate)).astype(np.float32)
    dull = np.fft.irfft(np.fft.rfft(samples, size) * gain, size)[: len(samples)]
    share = 1 - np.exp(-metres / np.float32(_AIR))
    dulled: Samples = (samples + share * (dull - samples)).astype(np.float32)
    return dulled
