"""Voices of the signals: sirens, horns and whistles.

Pressure or a loudspeaker drives them: clear pitch, many harmonics, a pattern of their own.
"""

import numpy as np
from numpy.random import Generator

from sfbench.simulated.synth import (
    Emission,
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


def hi_lo(rng: Generator, count: int, rate: int) -> Emission:
    """Ambulance: two tones in turn, a third to a fifth apart, 0.35 to 0.65 s each."""
    low, ratio = between(rng, 500, 760), rng.uniform(1.24, 1.45)
    turns = cycles(np.full(count, 1 / between(rng, 0.7, 1.3)), rate) + rng.random()
    high = 0.5 + 0.5 * np.tanh(12 * np.sin(2 * np.pi * turns))
    frequency = low * ratio**high
    horn = tone(cycles(frequency, rate), harmonics(rng, 6, rng.uniform(0.4, 1.2)), rng)
    return Emission(mix((0, horn), (-30, noise(rng, count, rate, band(150, 900)))), frequency)


def wail(rng: Generator, count: int, rate: int) -> Emission:
    """Fire truck: a slow wail over a diesel engine, 3.2 to 6 s from trough to trough."""
    low, high = between(rng, 330, 450), between(rng, 850, 1150)
    turns = cycles(np.full(count, 1 / between(rng, 3.2, 6.0)), rate) + rng.random()
    frequency = low * (high / low) ** swing(turns, rng.uniform(0.3, 0.5))
    siren = tone(cycles(frequency, rate), harmonics(rng, 5, rng.uniform(0.5, 1.0)), rng)
    firing = between(rng, 38, 60) * (1 + 0.03 * wander(rng, count, rate))
    diesel = tone(cycles(firing, rate), harmonics(rng, 24, 0.5), rng)
    return Emission(mix((0, siren), (-14, diesel)), frequency)


def yelp(rng: Generator, count: int, rate: int) -> Emission:
    """Police car: fast sweeps over an octave and more, 2.4 to 4.5 a second."""
    low, width = between(rng, 560, 720), rng.uniform(1.9, 2.4)
    turns = cycles(np.full(count, between(rng, 2.4, 4.5)), rate) + rng.random()
    frequency = low * width ** swing(turns, rng.uniform(0.35, 0.65))
    siren = tone(cycles(frequency, rate), harmonics(rng, 4, rng.uniform(0.7, 1.4)), rng)
    return Emission(mix((0, siren), (-30, noise(rng, count, rate, band(100, 700)))), frequency)


def rotor_siren(rng: Generator, count: int, rate: int) -> Emission:
    """Civil defense siren: one rotor with two rows of ports, a deep chord that rises and sinks."""
    high, depth = between(rng, 400, 520), rng.uniform(1.25, 1.9)
    turns = cycles(np.full(count, 1 / between(rng, 7.0, 14.0)), rate) + rng.random()
    frequency = high / depth * depth ** swing(turns, 0.4)
    phase, ratio = cycles(frequency, rate), rng.choice([6 / 5, 5 / 4, 4 / 3])
    deep = tone(phase, harmonics(rng, 9, rng.uniform(0.8, 1.3)), rng)
    bright = tone(phase * ratio, harmonics(rng, 7, rng.uniform(0.8, 1.3)), rng)
    air = noise(rng, count, rate, band(300, 2500))
    return Emission(mix((0, deep), (-4, bright), (-24, air)), frequency)


def train_horn(rng: Generator, count: int, rate: int) -> Emission:
    """Train horning: a steady chord of three to five air horns over the engine's rumble."""
    root = between(rng, 230, 330)
    chord = [1, 1.189, 1.414, 1.682, 2.0][: int(rng.integers(3, 6))]
    frequency = root * (1 + 0.003 * wander(rng, count, rate, 3.0))
    phase = cycles(frequency, rate)
    horns = [
        (-1.5 * place, tone(phase * ratio, harmonics(rng, 11, rng.uniform(0.5, 1.0)), rng))
        for place, ratio in enumerate(chord)
    ]
    rumble = noise(rng, count, rate, band(60, 300))
    return Emission(mix(*horns, (-16, rumble)), frequency)


def steam_whistle(rng: Generator, count: int, rate: int) -> Emission:
    """Train whistling: a breathy high chord with a waver, over the puffs of the cylinders."""
    root = between(rng, 480, 720)
    waver = 0.006 * np.sin(2 * np.pi * cycles(np.full(count, rng.uniform(4, 7)), rate))
    frequency = root * (1 + waver + 0.01 * wander(rng, count, rate, 4.0))
    phase = cycles(frequency, rate)
    pipes = [
        (-2.0 * place, tone(phase * ratio, harmonics(rng, 4, rng.uniform(1.2, 2.0), 0), rng))
        for place, ratio in enumerate((1, 1.25, 1.5))
    ]
    breath = noise(rng, count, rate, band(root, 5 * root))
    puffs = swing(cycles(np.full(count, between(rng, 2.5, 5.0)), rate), 0.15).astype(np.float32)
    steam = noise(rng, count, rate, band(150, 1800)) * (0.3 + 0.7 * puffs)
    return Emission(mix(*pipes, (-15, breath), (-12, steam)), frequency)
