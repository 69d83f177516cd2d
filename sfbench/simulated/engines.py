"""Voices of the machines: engines, rotors, jets, wheels on rails.

Pulse trains and harmonic stacks whose rate drifts slowly, over filtered noise.
"""

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
    swing,
    tone,
    wander,
)


def jet(rng: Generator, count: int, rate: int) -> Emission:
    """Airplane flyby: a broad roar and the whine of a fan."""
    frequency = between(rng, 700, 1500) * (1 + 0.004 * wander(rng, count, rate))
    whine = tone(cycles(frequency, rate), harmonics(rng, 3, 1.0, 1), rng)
    roar = noise(rng, count, rate, band(between(rng, 70, 200), between(rng, 300, 1200), 1.0))
    hiss = noise(rng, count, rate, band(between(rng, 500, 1800), between(rng, 2500, 6000)))
    weights = (0, rng.uniform(-9, -4), rng.uniform(-20, -6))
    return Emission(mix(*zip(weights, (roar, whine, hiss), strict=True)), frequency)


def rotor(rng: Generator, count: int, rate: int) -> Emission:
    """Helicopter: blade slaps 12 to 22 times a second, and the turbine's whine."""
    frequency = between(rng, 12, 22) * (1 + 0.006 * wander(rng, count, rate))
    phase = cycles(frequency, rate)
    slap = _pulses(phase, rng.uniform(0.10, 0.2)) * noise(
        rng, count, rate, band(90, between(rng, 400, 900))
    )
    thump = tone(phase, _above(harmonics(rng, 36, 0.3, 2), 5), rng, 0.3)
    wash = noise(rng, count, rate, band(between(rng, 90, 400), between(rng, 700, 3500), 1.0))
    whine = tone(phase * rng.integers(60, 90), harmonics(rng, 3, 1.0, 0), rng)
    weights = (0, rng.uniform(-6, 0), rng.uniform(-10, -4), rng.uniform(-20, -12))
    return Emission(mix(*zip(weights, (slap, thump, wash, whine), strict=True)), frequency)


def rolling(rng: Generator, count: int, rate: int) -> Emission:
    """Railroad car: rolling noise, pairs of clacks at the rail joints, a squeal now and then."""
    steady = noise(rng, count, rate, band(between(rng, 100, 450), between(rng, 700, 3200), 1.5))
    joints = cycles(np.full(count, between(rng, 0.9, 2.2)), rate) + rng.random()
    clacks = _clacks(joints) + _clacks(joints + rng.uniform(0.12, 0.22))
    knock = clacks * noise(rng, count, rate, band(between(rng, 90, 350), between(rng, 800, 2600)))
    pitch = between(rng, 2000, 3400) * (1 + 0.02 * wander(rng, count, rate, 1.0))
    squeal = tone(cycles(pitch, rate), np.ones(1), rng) * _now_and_then(rng, count, rate)
    return Emission(
        mix((0, steady), (rng.uniform(-7, -2), knock), (rng.uniform(-16, -8), squeal)), None
    )


def car(rng: Generator, count: int, rate: int) -> Emission:
    """Car passing by: the hiss of the tyres over a smooth engine."""
    frequency = between(rng, 62, 105) * (1 + 0.02 * wander(rng, count, rate))
    engine = tone(cycles(frequency, rate), harmonics(rng, 20, rng.uniform(0.7, 1.1)), rng)
    tyres = noise(rng, count, rate, band(between(rng, 350, 700), between(rng, 1300, 2400), 1.5))
    return Emission(mix((0, tyres), (rng.uniform(-6, 0), engine)), frequency)


def motorcycle(rng: Generator, count: int, rate: int) -> Emission:
    """Driving motorcycle: hard separate pulses, every other one weaker, with a drifting rate."""
    frequency = between(rng, 52, 95) * (1 + 0.08 * wander(rng, count, rate, 6.0))
    phase = cycles(frequency, rate)
    pulses = tone(phase, _above(harmonics(rng, 60, rng.uniform(0.15, 0.45), 3), 1), rng, 0.4)
    uneven = tone(phase / 2, _odd(harmonics(rng, 40, 0.5)), rng)
    exhaust = _pulses(phase, 0.25) * noise(rng, count, rate, band(200, 2600))
    return Emission(mix((0, pulses), (-6, uneven), (-5, exhaust)), frequency)


def racer(rng: Generator, count: int, rate: int) -> Emission:
    """Race car: a high, bright stack of harmonics."""
    frequency = between(rng, 230, 460) * (1 + 0.05 * wander(rng, count, rate, 7.0))
    phase = cycles(frequency, rate)
    scream = tone(phase, harmonics(rng, 11, rng.uniform(0.3, 0.7)), rng)
    half = tone(phase / 2, _odd(harmonics(rng, 20, 0.6)), rng)
    rush = noise(rng, count, rate, band(500, 4000))
    return Emission(mix((0, scream), (-6, half), (-16, rush)), frequency)


def motorboat(rng: Generator, count: int, rate: int) -> Emission:
    """Motorboat: an engine that works itself up, and water that slaps and sprays."""
    climb = np.linspace(0, 1, count) ** 0.7
    frequency = between(rng, 70, 110) * between(rng, 1.15, 1.6) ** climb
    frequency = frequency * (1 + 0.02 * wander(rng, count, rate, 2.0))
    engine = tone(cycles(frequency, rate), harmonics(rng, 30, rng.uniform(0.5, 0.9), 3), rng)
    slaps = swing(cycles(np.full(count, between(rng, 1.5, 3.5)), rate), 0.2).astype(np.float32)
    water = noise(rng, count, rate, band(400, 3000, 1.0)) * (0.35 + 0.65 * slaps)
    return Emission(mix((0, engine), (-5, water)), frequency)


def mower(rng: Generator, count: int, rate: int) -> Emission:
    """Lawn mowing: a single cylinder's pops and the whirr of a blade."""
    frequency = between(rng, 21, 31) * (1 + 0.01 * wander(rng, count, rate))
    phase = cycles(frequency, rate)
    pops = tone(phase, _above(harmonics(rng, 90, 0.2, 3), 3), rng, 0.4)
    blast = _pulses(phase, 0.12) * noise(rng, count, rate, band(250, 1800))
    whirr = noise(rng, count, rate, band(900, 3800, 1.5))
    blade = tone(phase * 4, harmonics(rng, 8, 0.8), rng)
    return Emission(mix((0, pops), (-3, blast), (-5, whirr), (-8, blade)), frequency)


def _pulses(phase: Curve, width: float) -> Samples:
    """Return one smooth bump per cycle, `width` of the cycle long, [n], 0 to 1."""
    away = np.abs((phase % 1.0) - 0.5)
    bumps: Samples = np.exp(-((away / width) ** 2)).astype(np.float32)
    return bumps


def _clacks(phase: Curve) -> Samples:
    """Return a sudden start and a decay in every cycle, [n], 0 to 1."""
    clacks: Samples = np.exp(-(phase % 1.0) / 0.035).astype(np.float32)
    return clacks


def _now_and_then(rng: Generator, count: int, rate: int) -> Samples:
    return np.clip(3 * wander(rng, count, rate, 4.0), 0, 1).astype(np.float32)


def _above(amplitudes: Curve, lowest: int) -> Curve:
    """Weaken the harmonics below number `lowest`, which small loudspeakers do not give."""
    numbers = np.arange(1, len(amplitudes) + 1)
    return amplitudes * np.minimum(1.0, (numbers / lowest) ** 2)


def _odd(amplitudes: Curve) -> Curve:
    return np.where(np.arange(len(amplitudes)) % 2 == 0, amplitudes, 0.0)
