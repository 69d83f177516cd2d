"""Known faults: what can be done to a true sound so that every metric's answer can be judged."""

from collections.abc import Callable

import numpy as np
import soxr
from numpy.typing import NDArray

from sfbench.media.level import RATE

Sound = NDArray[np.float32]  # [n] at 16 kHz
Fault = Callable[[Sound], Sound]


def identity(sound: Sound) -> Sound:
    """Return the sound itself."""
    return sound


def silence(sound: Sound) -> Sound:
    """Return zeros."""
    return np.zeros_like(sound)


def white_noise(sound: Sound) -> Sound:
    """Return white noise with the sound's power."""
    noise = np.random.default_rng(0).standard_normal(len(sound))
    level = float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))
    return (noise * level).astype(np.float32)


def late(sound: Sound) -> Sound:
    """Return the sound one second late."""
    return np.concatenate([np.zeros(RATE, np.float32), sound[:-RATE]])


def gaps(sound: Sound) -> Sound:
    """Return the sound with every second half-second missing."""
    kept = np.arange(len(sound)) // (RATE // 2) % 2 == 0
    cut: Sound = np.where(kept, sound, np.float32(0))
    return cut


def tremolo(sound: Sound) -> Sound:
    """Return the sound with its amplitude swinging between 10 and 100 %, 3 times a second."""
    swing = 0.55 + 0.45 * np.cos(2 * np.pi * 3 * np.arange(len(sound)) / RATE)
    return (sound * swing).astype(np.float32)


def low_pass(sound: Sound) -> Sound:
    """Return the sound without anything above 3.5 kHz, the low anchor of listening tests."""
    spectrum = np.fft.rfft(sound)
    spectrum[np.fft.rfftfreq(len(sound), 1 / RATE) > 3500] = 0
    low: Sound = np.fft.irfft(spectrum, len(sound)).astype(np.float32)
    return low


def quieter(sound: Sound) -> Sound:
    """Return the sound 20 dB down."""
    return sound * np.float32(0.1)


def faster(sound: Sound) -> Sound:
    """Return the sound 6 % faster and a semitone higher, its end repeated from its start."""
    sped = soxr.resample(sound, RATE * 1.06, RATE)
    return np.resize(sped, len(sound)).astype(np.float32)


def reversed_time(sound: Sound) -> Sound:
    """Return the sound backwards."""
    return np.ascontiguousarray(sound[::-1])


WRONG = "wrong label"
"""The fault that needs a second clip: its sound in the first one's place."""

FAULTS: dict[str, Fault] = {
    "identity": identity,
    "silence": silence,
    "white noise": white_noise,
    "1 s late": late,
    "50 % gaps": gaps,
    "tremolo": tremolo,
    "low-pass 3.5 kHz": low_pass,
    "-20 dB": quieter,
    "6 % faster": faster,
    "reversed": reversed_time,
}
