"""The noise schedule, over continuous time in (0, 1].

Source: Lu et al., "DPM-Solver++", arXiv 2211.01095; the discrete schedule is interpolated linearly
in log alpha, step n of N lying at time (n + 1) / N.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

STEPS = 1000
BETAS = (0.00085, 0.0120)

_BUFFERS = (
    "betas",
    "alphas_cumprod",
    "alphas_cumprod_prev",
    "sqrt_alphas_cumprod",
    "sqrt_one_minus_alphas_cumprod",
    "log_one_minus_alphas_cumprod",
    "sqrt_recip_alphas_cumprod",
    "sqrt_recipm1_alphas_cumprod",
    "posterior_variance",
    "posterior_log_variance_clipped",
    "posterior_mean_coef1",
    "posterior_mean_coef2",
    "scale_factor",
)


def alphas_cumprod() -> NDArray[np.float64]:
    """Return the share of the signal's power that is left after each of 1000 steps, [1000]."""
    betas = np.linspace(BETAS[0] ** 0.5, BETAS[1] ** 0.5, STEPS) ** 2
    return np.cumprod(1 - betas)


def without_schedule(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a checkpoint without the buffers that the schedule's two constants decide."""
    return {key: value for key, value in state.items() if key not in _BUFFERS}


@dataclass(frozen=True, slots=True)
class Schedule:
    """How much signal and noise there is at a time t, 0 < t <= 1.

    Attributes:
        alphas_cumprod: Share of the signal's power that is left after each step, [N].
    """

    alphas_cumprod: NDArray[np.float64]

    def log_alpha(self, t: float) -> float:
        """Return the log of the signal's amplitude."""
        times = np.arange(1, len(self.alphas_cumprod) + 1) / len(self.alphas_cumprod)
        return float(np.interp(t, times, 0.5 * np.log(self.alphas_cumprod)))

    def alpha(self, t: float) -> float:
        """Return the signal's amplitude."""
        return float(np.exp(self.log_alpha(t)))

    def sigma(self, t: float) -> float:
        """Return the noise's amplitude."""
        return float(np.sqrt(-np.expm1(2 * self.log_alpha(t))))

    def lam(self, t: float) -> float:
        """Return λ, half the log of the ratio of their powers."""
        return self.log_alpha(t) - float(np.log(self.sigma(t)))

    def step(self, t: float) -> float:
        """Return the time as networks count it, from 0 to 999, not rounded."""
        return (t - 1 / len(self.alphas_cumprod)) * STEPS


SCHEDULE = Schedule(alphas_cumprod())
