"""Sound ↔ mel spectrogram, as Diff-Foley draws it: 128 bands, 16 kHz, [0, 1] over 100 dB.

There and back: magnitudes that would have given the spectrogram (non-negative least squares), and
phases by Griffin-Lim.

Source: Luo et al., arXiv 2306.17203; Beck and Teboulle, "A Fast Iterative Shrinkage-Thresholding
Algorithm", SIAM J. Imaging Sciences 2(1), 2009; Perraudin et al., "A fast Griffin-Lim algorithm",
WASPAA 2013.
"""

import torch
from torch import Tensor

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
_MOMENTUM = 0.99
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
    return griffin_lim(magnitudes(spectrograms, rate), phases, rounds)


def magnitudes(spectrograms: Tensor, rate: int = RATE) -> Tensor:
    """Return magnitudes, [B, 513, T], whose mel spectrograms are nearest to those given.

    There are more magnitudes than bands, so that many fit: this is one near the one of least power.

    Args:
        spectrograms: As `spectrogram` gives them, [B, 128, T].
        rate: Rate for which the bands are drawn, in Hz.
    """
    mel = torch.pow(10, (100 * spectrograms - 80) / 20)
    return nonnegative_solution(_bands(rate, spectrograms).T, mel, _FIT_ROUNDS)


def nonnegative_solution(matrix: Tensor, target: Tensor, rounds: int) -> Tensor:
    """Return x >= 0 for which `matrix` x is nearest to `target` by least squares, [B, n, T].

    Args:
        matrix: [m, n].
        target: [B, m, T].
        rounds: Rounds of the accelerated projected gradient (FISTA).
    """
    downhill = matrix.T / torch.linalg.matrix_norm(matrix, 2) ** 2
    x: Tensor = (torch.linalg.pinv(matrix) @ target).clamp(min=0)
    ahead = x
    pace = 1.0
    for _ in range(rounds):
        before, x = x, (ahead - downhill @ (matrix @ ahead - target)).clamp(min=0)
        faster = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = x + (pace - 1) / faster * (x - before)
        pace = faster
    return x


def griffin_lim(magnitudes: Tensor, phases: Tensor, rounds: int) -> Tensor:
    """Return sounds, [B, (T - 1) * 256], whose magnitudes come near those given, [B, 513, T].

    Args:
        magnitudes: What each frame should hold.
        phases: Phases to begin with, in turns, [B, 513, T].
        rounds: Rounds of the fast algorithm, with a momentum of 0.99.
    """
    window = _window(magnitudes)
    angles = torch.polar(torch.ones_like(phases), 2 * torch.pi * phases)
    before = torch.zeros_like(angles)
    for _ in range(rounds):
        rebuilt = spectra(_inverse(magnitudes * angles, window), window, HOP).transpose(1, 2)
        angles = rebuilt - _MOMENTUM / (1 + _MOMENTUM) * before
        angles = angles / (angles.abs() + 1e-16)
        before = rebuilt
    return _inverse(magnitudes * angles, window)


def _inverse(frames: Tensor, window: Tensor) -> Tensor:
    return torch.istft(frames, _TRANSFORM, HOP, window=window)


def _window(like: Tensor) -> Tensor:
    return torch.hann_window(_TRANSFORM, device=like.device, dtype=like.dtype)


def _bands(rate: int, like: Tensor) -> Tensor:
    return slaney_bands(rate, _TRANSFORM, MEL_BANDS, _LOW, _HIGH).to(like)
