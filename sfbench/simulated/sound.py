"""What the microphone hears of a scene."""

from dataclasses import dataclass

import numpy as np

from sfbench.media.level import HOP, levels
from sfbench.simulated.objects import OBJECTS
from sfbench.simulated.propagate import propagate
from sfbench.simulated.scene import RATE, SECONDS, Scene
from sfbench.simulated.synth import Curve, Emission, Samples, band, noise
from sfbench.simulated.timbre import sound_source
from sfbench.simulated.trajectory import (
    SPEED_OF_SOUND,
    Times,
    Trajectory,
    emission_times,
    radial_velocity,
)

CEILING = 0.95
"""Greatest amplitude of any clip."""

_RAMP = 0.08  # seconds in which a source starts or stops
_MARGIN = 0.002  # seconds of line beyond the first and last place that is read
_ROOM_DBFS = (-42.0, -34.0)  # level of the background when there is nothing else to hear


@dataclass(frozen=True, slots=True)
class Heard:
    """The sound of a scene and what it is made of.

    Attributes:
        sound: Object and background, [n], at most 0.95.
        object: The object alone, [n], as loud as it is in `sound`.
        background: The background alone, [n].
        fundamental: The object's frequency at the listener every 10 ms, in Hz; None without pitch.
    """

    sound: Samples
    object: Samples
    background: Samples
    fundamental: Curve | None


def hear(scene: Scene) -> Heard:
    """Return the sound of a scene at `RATE`; the same scene gives the same samples."""
    rng = sound_source([scene.seed, 1], scene.timbre)
    arriving, fundamental = _arrive(scene, rng)
    background = _background(rng, len(arriving))
    if scene.heard is None:
        level = rng.uniform(*_ROOM_DBFS)
    else:
        arriving = arriving * np.float32(scene.peak / np.abs(arriving).max())
        level = float(levels(arriving).max()) - scene.snr
    background = background * np.float32(10 ** (level / 20))
    sound = arriving + background
    scale = np.float32(min(1.0, CEILING / np.abs(sound).max()))
    return Heard(sound * scale, arriving * scale, background * scale, fundamental)


def _arrive(scene: Scene, rng: np.random.Generator) -> tuple[Samples, Curve | None]:
    """Return the object's sound and frequency at the listener; silence when it makes none."""
    times = np.arange(round(SECONDS * RATE)) / RATE
    if scene.heard is None:
        return np.zeros(len(times), np.float32), None
    emitted = emission_times(scene.trajectory, times)
    origin = emitted[0] - _MARGIN
    count = int((emitted[-1] - origin + _MARGIN) * RATE) + 1
    emission = OBJECTS[scene.heard].voice(rng, count, RATE)
    sent = emission.samples * _gate(scene.gate, origin + np.arange(count) / RATE)
    arriving = propagate(sent, origin, scene.trajectory, emitted, RATE)
    return arriving, _fundamental(emission, origin, scene.trajectory, emitted)


def _gate(gate: tuple[float, float], times: Times) -> Samples:
    """Return 1 while the source sounds and 0 else, with cosine ramps inside the gate, [n]."""
    depth = np.minimum(times - gate[0], gate[1] - times) / _RAMP
    return (0.5 - 0.5 * np.cos(np.pi * np.clip(depth, 0, 1))).astype(np.float32)


def _fundamental(
    emission: Emission, origin: float, trajectory: Trajectory, emitted: Times
) -> Curve | None:
    """Return the frequency at the listener every 10 ms: f0 / (1 + v_r / c) when it was sent."""
    if emission.fundamental is None:
        return None
    sent = emitted[:: round(HOP * RATE)]
    at_source = np.interp(
        (sent - origin) * RATE, np.arange(len(emission.fundamental)), emission.fundamental
    )
    return at_source / (1 + radial_velocity(trajectory, sent) / SPEED_OF_SOUND)


def _background(rng: np.random.Generator, count: int) -> Samples:
    """Return the hush of a place, mean square 1: low rumble to soft hiss, [n]."""
    return noise(rng, count, RATE, band(rng.uniform(90, 160), rng.uniform(250, 1500), 1.0))
