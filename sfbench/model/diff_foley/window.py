"""Windows: 32 features, 8 s of video, for which 8.176 s of sound are made at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sfbench.model.diff_foley import mel
from sfbench.model.diff_foley.geometry import DOWN, FRAMES, LATENT, MEL_BANDS
from sfbench.model.diff_foley.look import FPS

FEATURES = 32
SAMPLES = (FRAMES - 1) * mel.HOP
SECONDS = SAMPLES / mel.RATE

_LATENT = (LATENT, MEL_BANDS // DOWN, FRAMES // DOWN)
_PHASES = (mel.BINS, FRAMES)


@dataclass(frozen=True, slots=True)
class Window:
    """One window of a clip, and the chance that its sound begins with.

    Attributes:
        features: What the denoiser is told of, [32, feature].
        guide: What the classifier is given, [T, feature].
        noise: Where the latent begins, [4, 16, 64].
        phases: Where Griffin-Lim begins, in turns, [513, 512].
    """

    features: Tensor
    guide: Tensor
    noise: Tensor
    phases: Tensor


def windows_of(features: Tensor, seed: int, *, sequence: bool) -> list[Window]:
    """Return the whole windows of a clip; what is left over is dropped.

    Features of a clip that is shorter than a window are repeated, as in Diff-Foley's training.

    Args:
        features: The clip's features, [T, feature].
        seed: The clip's seed.
        sequence: Whether the classifier is given all features, and not the window's alone.
    """
    if len(features) < FEATURES:
        features = features.repeat(-(-FEATURES // len(features)), 1)[:FEATURES]
    rng = np.random.default_rng(seed)
    windows = []
    for begin in range(0, len(features) - FEATURES + 1, FEATURES):
        own = features[begin : begin + FEATURES]
        noise = torch.from_numpy(rng.standard_normal(_LATENT, np.float32))
        phases = torch.from_numpy(rng.random(_PHASES, np.float32))
        windows.append(Window(own, features if sequence else own, noise, phases))
    return windows


def longest(seconds: float, *, whole: bool) -> float:
    """Return how many seconds of sound are made at most.

    Args:
        seconds: How much of a clip is looked at.
        whole: As of `joined`.

    >>> [round(longest(looked, whole=False), 3) for looked in (8.2, 16.2)]
    [8.176, 16.176]
    >>> round(longest(16.2, whole=True), 3)
    16.352
    """
    windows = max(1, ceil(seconds * FPS) // FEATURES)
    return (windows - 1) * (SECONDS if whole else FEATURES / FPS) + SECONDS


def joined(sounds: Sequence[NDArray[np.float32]], *, whole: bool) -> NDArray[np.float32]:
    """Return the sound of a clip from those of its windows, [n].

    Args:
        sounds: Samples at 16 kHz, [130816] each.
        whole: Whether every window keeps its 8.176 s, so that each comes 0.176 s later than its
            pictures than the one before; otherwise only the last does.
    """
    kept = SAMPLES if whole else FEATURES * mel.RATE // FPS
    return np.concatenate([*(one[:kept] for one in sounds[:-1]), sounds[-1]])
