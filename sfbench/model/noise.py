"""Steady noise with the spectrum and level of the clip's own sound."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sfbench.clip import Clip
from sfbench.manifest import Manifest
from sfbench.model.chance import chance
from sfbench.model.reference import own_sound
from sfbench.model.settings import NoSettings, checked
from sfbench.take import Sound

_WINDOW = 2048


@dataclass(frozen=True, slots=True)
class Noise:
    """Answers with what a system could know that hears the average but not the course of time."""

    manifest: Manifest
    kind: Literal["processes"] = "processes"

    def generate(self, clip: Clip, seed: int) -> Sound:
        """Return noise with the mean power spectrum of the clip's own sound."""
        own = own_sound(self.manifest, clip)
        return Sound(shaped_noise(own.samples, chance(clip.id, seed)), own.sample_rate)

    def contents(self) -> dict[str, str]:
        """Return nothing: the manifest's hash covers the sounds."""
        return {}


def open_noise(manifest: Manifest, settings: Mapping[str, Any]) -> Noise:
    """Return the generator; it has nothing to set."""
    checked(settings, NoSettings)
    return Noise(manifest)


def shaped_noise(sound: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """Return stationary Gaussian noise with the mean power spectrum and power of `sound`, [n]."""
    white = np.fft.rfft(random.standard_normal(len(sound)))
    wanted = np.sqrt(mean_power_spectrum(sound))
    bins = np.linspace(0, 1, len(white))
    shaped = np.fft.irfft(
        white * np.interp(bins, np.linspace(0, 1, len(wanted)), wanted), len(sound)
    )
    power = np.mean(shaped**2)
    scale = np.sqrt(np.mean(sound.astype(np.float64) ** 2) / power) if power > 0 else 0.0
    return (shaped * scale).astype(np.float32)


def mean_power_spectrum(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean power spectrum in 2048-sample Hann windows, [1025] (Welch's method)."""
    padded = np.pad(sound, (0, max(0, _WINDOW - len(sound))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[:: _WINDOW // 2]
    spectra = np.fft.rfft(windows * np.hanning(_WINDOW), axis=1)
    power: NDArray[np.float64] = (np.abs(spectra) ** 2).mean(axis=0)
    return power
