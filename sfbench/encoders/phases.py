"""Phases for magnitudes: Griffin-Lim, and magnitudes for fewer bands.

Source: Beck and Teboulle, "A Fast Iterative Shrinkage-Thresholding Algorithm", SIAM J. Imaging
Sciences 2(1), 2009; Perraudin et al., "A fast Griffin-Lim algorithm", WASPAA 2013.
"""

import torch
from torch import Tensor

from sfbench.encoders.spectrum import spectra

_MOMENTUM = 0.99


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


def griffin_lim(magnitudes: Tensor, phases: Tensor, hop: int, rounds: int) -> Tensor:
    """Return sounds, [B, (T - 1) * hop], whose magnitudes come near those given, [B, n, T].

    The window is as long as the transform, 2 (n - 1), and lies around each frame.

    Args:
        magnitudes: What each frame should hold.
        phases: Phases to begin with, in turns, [B, n, T].
        hop: Samples from frame to frame.
        rounds: Rounds of the fast algorithm, with a momentum of 0.99.
    """
    length = 2 * (magnitudes.shape[1] - 1)
    window = torch.hann_window(length, device=magnitudes.device, dtype=magnitudes.dtype)
    angles = torch.polar(torch.ones_like(phases), 2 * torch.pi * phases)
    before = torch.zeros_like(angles)
    for _ in range(rounds):
        sounds = torch.istft(magnitudes * angles, length, hop, window=window)
        rebuilt = spectra(sounds, window, hop).transpose(1, 2)
        angles = rebuilt - _MOMENTUM / (1 + _MOMENTUM) * before
        angles = angles / (angles.abs() + 1e-16)
        before = rebuilt
    return torch.istft(magnitudes * angles, length, hop, window=window)
