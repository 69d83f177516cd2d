"""Draws stretches of sound for networks to learn from, and says what is heard in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from sfbench.model.training.lessons import RATE, Lesson

Samples = NDArray[np.float32]  # [n] at 16 kHz

_LEAST = 0.25  # seconds of a sound that count as hearing it


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a clip.

    Attributes:
        sound: Samples, [n].
        heard: Labels of what is heard in it.
    """

    sound: Samples
    heard: frozenset[str]


def stretch(lesson: Lesson, seconds: float, gain: float, rng: Generator) -> Stretch:
    """Return some seconds from anywhere in a clip, up to `gain` dB louder or quieter."""
    length = min(round(seconds * RATE), len(lesson.sound))
    begin = int(rng.integers(len(lesson.sound) - length + 1))
    louder = np.float32(10 ** (rng.uniform(-gain, gain) / 20))
    heard = audible_seconds(lesson, begin / RATE, (begin + length) / RATE) >= _LEAST
    labels = frozenset({lesson.heard}) if lesson.heard and heard else frozenset()
    return Stretch(lesson.sound[begin : begin + length] * louder, labels)


def mixtures(
    lessons: Sequence[Lesson],
    size: int,
    *,
    seconds: float,
    mixed: float,
    gain: float,
    rng: Generator,
) -> list[Stretch]:
    """Return stretches of clips, a share of them heard together with another.

    Args:
        lessons: What to draw from; none is shorter than the stretches.
        size: How many to return.
        seconds: Their length.
        mixed: Share that is heard together with another.
        gain: Greatest change of a level, in dB, either way.
        rng: Source of all choices.
    """
    drawn = [lessons[place] for place in rng.choice(len(lessons), 2 * size)]
    parts = [stretch(one, seconds, gain, rng) for one in drawn]
    return [
        Stretch(one.sound + mate.sound, one.heard | mate.heard) if rng.random() < mixed else one
        for one, mate in zip(parts[:size], parts[size:], strict=True)
    ]


def together(sounds: Sequence[Samples]) -> Tensor:
    """Return sounds of one length as a batch, [B, n]."""
    return torch.as_tensor(np.stack(sounds).astype(np.float32))


def told(stretches: Sequence[Stretch], labels: Sequence[str]) -> Tensor:
    """Return 1 where a label is heard in a stretch, else 0, [B, labels]."""
    rows = [[label in one.heard for label in labels] for one in stretches]
    return torch.tensor(rows, dtype=torch.float32)


def audible_seconds(lesson: Lesson, begin: float, end: float) -> float:
    """Return for how long a clip's sound is heard between two times, in seconds."""
    return sum(max(0.0, min(end, last) - max(begin, first)) for first, last in lesson.audible)
