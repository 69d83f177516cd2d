"""Voices that no continuous label has: impulsive acts and weather, for the label step to reject."""

import numpy as np
from numpy.random import Generator

from sfbench.simulated.synth import (
    Curve,
    Emission,
    Samples,
    band,
    between,
    cycles,
    harmonics,
    mix,
    noise,
    tone,
    unit,
    wander,
)


def barking(rng: Generator, count: int, rate: int) -> Emission:
    """Dog barking: short rough calls that rise and drop."""
    pitch, sound = between(rng, 260, 620), np.zeros(count, np.float32)
    for begin in _moments(rng, count, rate, 0.35, 1.1):
        length = min(count - begin, int(rng.uniform(0.12, 0.22) * rate))
        place = np.linspace(0, 1, length)
        voice = tone(
            cycles(pitch * (1 + 0.5 * np.sin(np.pi * place)), rate), harmonics(rng, 9, 0.6), rng
        )
        rough = voice + 0.5 * noise(rng, length, rate, band(500, 3000)) if length > 8 else voice
        sound[begin : begin + length] += rough * np.sin(np.pi * place).astype(np.float32)
    return Emission(unit(sound), None)


def honking(rng: Generator, count: int, rate: int) -> Emission:
    """Vehicle horn: short blows of two tones a third apart."""
    pitch = np.full(count, between(rng, 340, 480))
    blow = tone(cycles(pitch, rate), harmonics(rng, 10, 0.4), rng)
    second = tone(cycles(pitch * 1.26, rate), harmonics(rng, 8, 0.4), rng)
    gate = np.zeros(count, np.float32)
    for begin in _moments(rng, count, rate, 0.8, 2.5):
        gate[begin : begin + int(rng.uniform(0.15, 0.6) * rate)] = 1
    return Emission(unit((blow + second) * gate), None)


def hammering(rng: Generator, count: int, rate: int) -> Emission:
    """Hammering nails: two to four blows a second that ring briefly."""
    modes = [(between(rng, 300, 3000), rng.uniform(0.02, 0.06)) for _ in range(5)]
    return Emission(_strikes(rng, count, rate, (0.25, 0.5), modes), None)


def fireworks(rng: Generator, count: int, rate: int) -> Emission:
    """Fireworks banging: deep booms, some with a crackle."""
    boom = noise(rng, count, rate, band(50, 400))
    crackle = noise(rng, count, rate, band(1500, 6000))
    crackle *= rng.random(count, np.float32) < 0.004
    fade = np.zeros(count, np.float32)
    for begin in _moments(rng, count, rate, 0.6, 2.4):
        fade[begin:] += np.exp(-np.arange(count - begin) / (0.18 * rate)).astype(np.float32)
    return Emission(mix((0, boom * fade), (-12, crackle * fade)), None)


def rain(rng: Generator, count: int, rate: int) -> Emission:
    """Raining: a steady rush, and drops."""
    rush = noise(rng, count, rate, band(1200, 6500, 1.0))
    drops = noise(rng, count, rate, band(800, 5000)) * (rng.random(count, np.float32) < 0.003)
    return Emission(mix((0, rush), (-6, drops)), None)


def wind(rng: Generator, count: int, rate: int) -> Emission:
    """Wind noise: a low rush in gusts."""
    gusts = (0.55 + 0.45 * wander(rng, count, rate, 3.5)).astype(np.float32)
    return Emission(unit(noise(rng, count, rate, band(60, 350, 1.5)) * gusts), None)


def _moments(rng: Generator, count: int, rate: int, least: float, most: float) -> list[int]:
    """Return the samples at which something happens, `least` to `most` seconds apart."""
    times = np.cumsum(rng.uniform(least, most, int(count / rate / least) + 2))
    return [int(time * rate) for time in times if time * rate < count - 1]


def _strikes(
    rng: Generator,
    count: int,
    rate: int,
    gaps: tuple[float, float],
    modes: list[tuple[float, float]],
) -> Samples:
    """Return decaying sines, struck again and again; a mode is (Hz, seconds of decay)."""
    seconds: Curve = np.arange(int(0.3 * rate)) / rate
    ring = sum(
        np.exp(-seconds / decay) * np.sin(2 * np.pi * pitch * seconds) for pitch, decay in modes
    )
    sound = np.zeros(count + len(seconds), np.float32)
    for begin in _moments(rng, count, rate, *gaps):
        sound[begin : begin + len(seconds)] += np.float32(rng.uniform(0.5, 1.0)) * ring
    return unit(sound[:count])
