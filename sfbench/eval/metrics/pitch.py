"""The course of a sound's pitch, for pictures and not for scores: subharmonic summation.

A pitch is as strong as the partials at its multiples, the higher ones counting less. Partials are
what stands out of the spectrum, in dB, so that noise below them does no harm. Source: Hermes,
Measurement of pitch by subharmonic summation, JASA 83 (1988); the spectrum is that of `physics.py`.
"""

import numpy as np
from numpy.typing import NDArray

from sfbench.eval.metrics.physics import PITCH, partials, pitch_spectra
from sfbench.media.level import RATE

STEP = 0.020
"""Time from one pitch to the next, in seconds."""

LOWEST, HIGHEST = 60.0, 2000.0  # Hz

_WINDOW = 2048  # 128 ms: tells partials of 60 Hz and more apart in half of it
_ORDERS = 8
_FALL = 0.84  # weight of a partial over that of the one below it
_STANDS_OUT = 40.0  # dB at most that a partial counts for
_VOICED = 38.0  # weighted dB from which on there is a pitch; noise reaches 30
_SHORTEST = 5  # steps: a shorter stretch of pitch is chance
_LEAP = 2.0  # semitones between two steps: another voice


def pitches(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the fundamental frequency every 20 ms, [T] in Hz; NaN where there is no pitch.

    Args:
        sound: Samples, [n] at 16 kHz.

    >>> time = np.arange(RATE) / RATE
    >>> tone = sum(np.sin(2 * np.pi * 220 * order * time) / order for order in range(1, 6))
    >>> bool(abs(pitches(0.1 * tone)[25] / 220 - 1) < 0.01)
    True
    """
    step = round(STEP * RATE)
    padded = np.pad(np.asarray(sound, np.float32), (_WINDOW // 2, _WINDOW))
    spectra = pitch_spectra(padded, _WINDOW, step, LOWEST)[: -(-len(sound) // step)]
    strength = _strength(np.minimum(partials(spectra), _STANDS_OUT))
    best = strength.argmax(axis=1)
    found = LOWEST * 2 ** (_between(strength, best) * PITCH / 12)
    weak = strength[np.arange(len(best)), best] < _VOICED
    return _without_short(np.where(weak, np.nan, found))


def _strength(outstanding: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how strong each pitch is, [T, pitches]; the sum over its partials."""
    count = round(12 * np.log2(HIGHEST / LOWEST) / PITCH)
    total = np.zeros((len(outstanding), count))
    for order in range(1, _ORDERS + 1):
        up = round(12 * np.log2(order) / PITCH)
        part = outstanding[:, up : up + count]
        total[:, : part.shape[1]] += _FALL ** (order - 1) * part
    return total


def _between(strength: NDArray[np.float64], best: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return where the peaks are, between the steps by the parabola through each."""
    rows, inner = np.arange(len(best)), np.clip(best, 1, strength.shape[1] - 2)
    left, top, right = (strength[rows, inner + by] for by in (-1, 0, 1))
    bend = left - 2 * top + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1), 0)
    place: NDArray[np.float64] = np.where(inner == best, inner + shift, best)
    return place


def _without_short(found: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pitches without stretches shorter than a tenth of a second, or between leaps."""
    kept = np.full(len(found), np.nan)
    leaps = 12 * np.abs(np.diff(np.log2(found))) > _LEAP
    edges = np.flatnonzero(leaps | np.diff(np.isnan(found))) + 1
    for begin, end in zip([0, *edges], [*edges, len(found)], strict=True):
        if end - begin >= _SHORTEST:
            kept[begin:end] = found[begin:end]
    return kept
