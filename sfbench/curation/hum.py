"""Finds the hum of 50 or 60 Hz mains in a sound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]  # [samples], mono, -1 to 1

MAINS = (50.0, 60.0)
"""Frequencies of mains, in Hz."""

_HARMONICS = 6
_COUNTED = 3  # of the harmonics must stand out: rectifiers leave out some
_LINE = 0.35  # Hz to either side that belong to a line
_AROUND = (1.0, 6.0)  # Hz to either side that it must stand out from


@dataclass(frozen=True, slots=True)
class Hum:
    """The mains frequency whose harmonics stand out most.

    Attributes:
        hertz: 50 or 60.
        prominence: Decibels by which the third most prominent of six harmonics stands over the
            median of its surroundings.
        dbfs: Level of the harmonics together; a full-scale square wave is 0 dBFS.
    """

    hertz: float
    prominence: float
    dbfs: float


def hum_of(sound: Sound, rate: int) -> Hum:
    """Return the hum of a sound.

    The mains hold their frequency to a fraction of a hertz for as long as a clip lasts, and no
    engine does, so the lines are looked for in one spectrum of the whole clip.

    Args:
        sound: Mono samples, [n], of two seconds at least.
        rate: Their rate, in Hz; at least 800.

    >>> time = np.arange(80_000) / 16_000
    >>> buzz = sum(0.02 * np.sin(2 * np.pi * 50 * k * time) for k in (1, 2, 3))
    >>> noise = np.random.default_rng(0).normal(0, 0.01, len(time))
    >>> found = hum_of((buzz + noise).astype(np.float32), 16_000)
    >>> found.hertz, found.prominence > 15, round(found.dbfs)
    (50.0, True, -32)
    """
    window = np.hanning(len(sound) + 1)[:-1].astype(np.float32)
    power = 2 * np.abs(np.fft.rfft(sound * window)) ** 2 / (len(sound) * (window**2).sum())
    spacing = rate / len(sound)
    return max((_at(power, spacing, mains) for mains in MAINS), key=lambda hum: hum.prominence)


def _at(power: NDArray[np.floating], spacing: float, mains: float) -> Hum:
    lines, prominences = 0.0, []
    for place in mains * np.arange(1, _HARMONICS + 1) / spacing:
        line = power[_near(place, 0, _LINE / spacing)]
        below = power[_near(place, -_AROUND[1] / spacing, -_AROUND[0] / spacing)]
        above = power[_near(place, _AROUND[0] / spacing, _AROUND[1] / spacing)]
        around = float(np.median(np.concatenate([below, above])))
        prominences.append(10 * np.log10((line.max() + 1e-15) / (around + 1e-15)))
        lines += float(line.sum())
    third = sorted(prominences, reverse=True)[_COUNTED - 1]
    return Hum(mains, float(third), float(10 * np.log10(lines + 1e-12)))


def _near(place: float, begin: float, end: float) -> slice:
    """Return the bins from `begin` to `end` around a place; to both sides if `begin` is 0."""
    first = place - end if begin == 0 else place + begin
    return slice(max(0, round(first)), round(place + end) + 1)
