"""Building blocks of the voices: phases, wavetables, shaped noise, slow wandering.

Everything is a function of a random generator and a length, so that a seed fixes every sample.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Curve = NDArray[np.floating]  # [n], one value per sample
Samples = NDArray[np.float32]  # [n]
Gain = Callable[[Curve], Curve]  # frequencies in Hz -> gain

_TABLE = 4096
_BLOCK = 4096  # transforms of a multiple of this are fast


@dataclass(frozen=True, slots=True)
class Emission:
    """What an object sends out, before distance and motion.

    Attributes:
        samples: The sound near the source, mean square 1 while it lasts, [n].
        fundamental: Frequency at the source, [n] in Hz; None for noise.
    """

    samples: Samples
    fundamental: Curve | None


Voice = Callable[[Generator, int, int], Emission]
"""From a random generator, a number of samples and a sample rate in Hz to an emission."""


def between(rng: Generator, low: float, high: float) -> float:
    """Return a number drawn evenly by ratio, so that pitches and rates spread like octaves."""
    return float(low * (high / low) ** rng.uniform(0.0, 1.0))


def cycles(frequency: Curve, rate: int) -> Curve:
    """Return the phase of an oscillator, [n] in cycles.

    >>> cycles(np.full(4, 2.0), 8).tolist()
    [0.25, 0.5, 0.75, 1.0]
    """
    return np.cumsum(frequency) / rate


def tone(phase: Curve, amplitudes: Curve, rng: Generator, spread: float = 1.0) -> Samples:
    """Return a harmonic tone, [n], by a wavetable with linear interpolation.

    Args:
        phase: In cycles, [n].
        amplitudes: Of harmonics 1, 2, …, [K]; K times the frequency must stay below half the
            sample rate.
        rng: Draws the harmonics' phases.
        spread: How far the phases are apart, in cycles: 0 makes sharp pulses, 1 a smooth wave.
    """
    spectrum = np.zeros(_TABLE // 2 + 1, np.complex128)
    turns = spread * rng.random(len(amplitudes))
    spectrum[1 : len(amplitudes) + 1] = amplitudes * np.exp(2j * np.pi * turns) * _TABLE / 2
    table = np.fft.irfft(spectrum).astype(np.float32)
    table = np.append(table, table[0])
    place = (phase % 1.0) * _TABLE
    index = place.astype(np.int32)
    part = (place - index).astype(np.float32)
    left = table[index]
    return left + part * (table[index + 1] - left)


def noise(rng: Generator, count: int, rate: int, gain: Gain) -> Samples:
    """Return Gaussian noise of mean square 1 whose spectrum follows `gain`, [count]."""
    size = -(-count // _BLOCK) * _BLOCK
    white = rng.standard_normal(size, np.float32)
    shape = gain(np.fft.rfftfreq(size, 1 / rate)).astype(np.float32)
    return unit(np.fft.irfft(np.fft.rfft(white) * shape, size)[:count].astype(np.float32))


def band(low: float, high: float, steep: float = 2.0) -> Gain:
    """Return a gain that is 1 between two frequencies and falls off outside.

    Args:
        low: Lower corner, in Hz.
        high: Upper corner, in Hz.
        steep: Power of frequency by which it falls; 1 is 6 dB per octave.
    """

    def gain(frequencies: Curve) -> Curve:
        safe = np.maximum(frequencies, 1.0)
        return 1 / ((1 + (low / safe) ** (2 * steep)) * (1 + (safe / high) ** (2 * steep))) ** 0.5

    return gain


def harmonics(rng: Generator, count: int, tilt: float, bumps: int = 2) -> Curve:
    """Return amplitudes that fall as k**-tilt, with a few random resonances, [count]."""
    numbers = np.arange(1, count + 1)
    amplitudes = numbers ** -float(tilt)
    for _ in range(bumps):
        centre = between(rng, 1.5, max(2.0, count * 0.6))
        amplitudes *= 1 + rng.uniform(0.5, 2.0) * np.exp(-((np.log(numbers / centre) / 0.25) ** 2))
    return amplitudes


def wander(rng: Generator, count: int, rate: int, slowest: float = 5.0) -> Curve:
    """Return a slow curve between -1 and 1, [count], of three sines.

    Args:
        rng: Draws periods and phases.
        count: Number of samples.
        rate: Sample rate, in Hz.
        slowest: Longest period, in seconds.
    """
    coarse = np.arange(0, count + rate // 100, rate // 100)
    sines = [
        np.sin(2 * np.pi * (coarse / rate / (slowest * share) + rng.random()))
        for share in rng.uniform(0.4, 1.0, 3)
    ]
    return np.interp(np.arange(count), coarse, np.mean(sines, axis=0))


def swing(phase: Curve, rise: float) -> Curve:
    """Return a smooth curve between 0 and 1 that rises for a share `rise` of every cycle.

    >>> swing(np.array([0.0, 0.25, 0.5]), 0.25).round(6).tolist()
    [0.0, 1.0, 0.75]
    """
    place = phase % 1.0
    up = place < rise
    straight = np.where(up, place / rise, (1 - place) / (1 - rise))
    return 0.5 - 0.5 * np.cos(np.pi * straight)


def unit(samples: Samples) -> Samples:
    """Return the samples with mean square 1."""
    return samples / np.float32(np.sqrt(np.mean(np.square(samples, dtype=np.float64))) + 1e-12)


def mix(*parts: tuple[float, Samples]) -> Samples:
    """Return the sum of parts, each first brought to mean square 1 and then weighted by dB."""
    total = np.zeros_like(parts[0][1])
    for weight, part in parts:
        total += np.float32(10 ** (weight / 20)) * unit(part)
    return unit(total)
