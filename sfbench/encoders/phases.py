"""Phases for magnitudes: Griffin-Lim, and magnitudes for fewer bands.

Source: Beck and Teboulle, "A Fast Iterative Shrinkage-Thresholding Algorithm", SIAM J. Imaging
Sciences 2(1), 2009; Lee and Seung, "Algorithms for Non-negative Matrix Factorization", NIPS 2000;
Perraudin et al., "A fast Griffin-Lim algorithm", WASPAA 2013.
"""

import torch
from torch import Tensor

from sfbench.encoders.spectrum import spectra

_MOMENTUM = 0.99
_LEAST = 1e-12


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


def nonnegative_near(begin: Tensor, matrix: Tensor, target: Tensor, rounds: int) -> Tensor:
    """Return x >= 0 for which `matrix` x comes near `target` in divergence, [B, n, T].

    Values are multiplied and never moved, so that what `matrix` does not tell apart keeps the
    proportions that it began with; what it does not see becomes 0.

    Args:
        begin: Where x begins, > 0, [B, n, T] or [n, T].
        matrix: [m, n], >= 0.
        target: [B, m, T], > 0.
        rounds: Rounds of Lee and Seung's rule for one factor (theorem 2).
    """
    shares = matrix.T / matrix.sum(0)[:, None].clamp(min=_LEAST)
    x = begin
    for _ in range(rounds):
        x = x * (shares @ (target / (matrix @ x).clamp(min=_LEAST)))
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
