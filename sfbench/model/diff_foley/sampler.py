"""DPM-Solver++, multistep, of second order: latents from noise in few evaluations.

Source: Lu et al., "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic
Models", arXiv 2211.01095, algorithm 2 (2M).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from torch import Tensor

from sfbench.model.diff_foley.schedule import Schedule

Noise = Callable[[Tensor, float], Tensor]  # (x, t) -> the noise in x, of x's shape

_FEW = 15


def even_times(steps: int, schedule: Schedule) -> list[float]:
    """Return `steps` + 1 times from 1 down to the schedule's first, evenly.

    >>> from sfbench.model.diff_foley.schedule import SCHEDULE
    >>> [round(t, 4) for t in even_times(5, SCHEDULE)]
    [1.0, 0.8002, 0.6004, 0.4006, 0.2008, 0.001]
    """
    return [float(t) for t in np.linspace(1, 1 / len(schedule.alphas_cumprod), steps + 1)]


def dpm_solver(model: Noise, x: Tensor, times: Sequence[float], schedule: Schedule) -> Tensor:
    """Return x at the last of the times, given x at the first.

    The first step is of first order; so is the last where there are fewer than 15, since few steps
    leave a large one for the end. `model` is asked once per step and never at the last time.

    Args:
        model: Predicts the noise in x at a time.
        x: Noise, [B, ...].
        times: Falling times, two at least.
        schedule: How much signal and noise there is at a time.
    """
    steps = len(times) - 1
    before = None
    for number, (s, t) in enumerate(pairwise(times), start=1):
        clean = (x - schedule.sigma(s) * model(x, s)) / schedule.alpha(s)
        h = schedule.lam(t) - schedule.lam(s)
        aim = clean
        if before is not None and not (number == steps < _FEW):
            ratio = (schedule.lam(s) - schedule.lam(times[number - 2])) / h
            aim = clean + (clean - before) / (2 * ratio)
        x = schedule.sigma(t) / schedule.sigma(s) * x - schedule.alpha(t) * np.expm1(-h) * aim
        before = clean
    return x
