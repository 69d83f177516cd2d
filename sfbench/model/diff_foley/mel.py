"""Sound ↔ mel spectrogram, as Diff-Foley draws it: 128 bands, 16 kHz, [0, 1] over 100 dB.

There and back: magnitudes that would have given the spectrogram (non-negative least squares), and
phases by Griffin-Lim.

Source: Luo et al., arXiv 2306.17203.
"""

import torch
from torch import Tensor

from sfbench.encoders.phases import griffin_lim, nonnegative_solution
from sfbench.encoders.spectrum import slaney_bands, spectra
from sfbench.model.diff_foley.geometry import MEL_BANDS

RATE = 16_000
NOTEBOOK_RATE = 22_050
"""The rate for which the published notebook draws its bands, so that pitches fall to 0.726."""

HOP = 256
BINS = 513

_TRANSFORM = 1024
_LOW, _HIGH = 125.0, 7600.0
_FLOOR = 1e-5
_FIT_ROUNDS = 60


def spectrogram(sounds: Tensor) -> Tensor:
    """Return mel spectrograms in [0, 1], [B, 128, n // 256 + 1], of sounds at 16 kHz, [B, n].

    0 is -80 dB of magnitude, 1 is 20 dB. A window of 512 frames is that of 131071 samples.
    """
    magnitudes = spectra(sounds, _window(sounds), HOP).abs()
    mel = (magnitudes @ _bands(RATE, sounds)).clamp(min=_FLOOR).transpose(1, 2)
    return ((20 * mel.log10() + 80) / 100).clamp(0, 1)


def sound(spectrograms: Tensor, phases: Tensor, *, rate: int = RATE, rounds: int = 32) -> Tensor:
    """Return sounds at 16 kHz, [B, (T - 1) * 256], of mel spectrograms, [B, 128, T].

    Args:
        spectrograms: As `spectrogram` gives them.
        phases: Phases to begin with, in turns, [B, 513, T].
        rate: Rate for which the bands are drawn, in Hz; another than 16 kHz moves all pitches.
        rounds: Rounds of Griffin-Lim.
    """
    return griffin_lim(magnitudes(spectrograms, rate), phases, HOP, rounds)


def magnitudes(spectrograms: Tensor, rate: int = RATE) -> Tensor:
    """Return magnitudes, [B, 513, T], whose mel spectrograms are nearest to those given.

    There are more magnitudes than bands, so that many fit: this is one near the one of least power.

    Args:
        spectrograms: As `spectrogram` gives them, [B, 128, T].
        rate: Rate for which the bands are drawn, in Hz.
    """
    mel = torch.pow(10, (100 * spectrograms - 80) / 20)
    return nonnegative_solution(_bands(rate, spectrograms).T, mel, _FIT_ROUNDS)


def _window(like: Tensor) -> Tensor:
    return torch.hann_window(_TRANSFORM, device=like.device, dtype=like.dtype)


def _bands(rate: int, like: Tensor) -> Tensor:
    return slaney_bands(rate, _TRANSFORM, MEL_BANDS, _LOW, _HIGH).to(like)
