"""Draws batches: stretches of clips at other levels, some mixed, and prompts for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.grounding.network import SHRINK
from sfbench.model.grounding.lessons import SPECTRA_PER_SECOND, Heard, Lesson, Power, heard_frames


@dataclass(frozen=True, slots=True)
class Batch:
    """Stretches of clips, prompts, and when which prompt tells of which clip.

    Attributes:
        power: Power in mel bands, [B, S, M].
        prompts: Prompts, [P]: one for every sound that is heard in any of the clips.
        told: 1 in the frames of clip b in which the sound of prompt p is heard, else 0,
            [B, P, T] with T = S // 4.
    """

    power: NDArray[np.float32]
    prompts: list[str]
    told: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Stretch:
    label: str | None
    power: Power
    heard: Heard


def draw_batch(
    lessons: Sequence[Lesson],
    prompts: Mapping[str, Sequence[str]],
    *,
    size: int,
    seconds: float,
    mixed: float,
    gain: float,
    rng: np.random.Generator,
) -> Batch:
    """Return a batch; the prompts of the other clips are a clip's negatives.

    Args:
        lessons: What to draw from.
        prompts: Ways to say each sound, by label.
        size: Clips in the batch.
        seconds: Length of the stretches, if no clip is shorter.
        mixed: Share of clips that are heard together with another.
        gain: Greatest change of a level, in dB, either way.
        rng: Source of all choices.
    """
    drawn = [lessons[place] for place in rng.choice(len(lessons), 2 * size)]
    length = min(round(seconds * SPECTRA_PER_SECOND), *(len(one.power) for one in drawn))
    cut = [_stretch(one, length, gain, rng) for one in drawn]
    heard = [
        [one, mate] if rng.random() < mixed else [one]
        for one, mate in zip(cut[:size], cut[size:], strict=True)
    ]
    labels = sorted({part.label for parts in heard for part in parts if part.label is not None})
    said = [str(rng.choice(list(prompts[label]))) for label in labels]
    power = np.stack([_together(parts) for parts in heard])
    return Batch(power, said, np.array([_told(parts, labels) for parts in heard], np.float32))


def _stretch(lesson: Lesson, length: int, gain: float, rng: np.random.Generator) -> _Stretch:
    """Return `length` spectra from anywhere in a clip, up to `gain` dB higher or lower."""
    begin = int(rng.integers((len(lesson.power) - length) // SHRINK + 1))  # in frames of scores
    louder = np.float32(10 ** (rng.uniform(-gain, gain) / 10))
    power = lesson.power[begin * SHRINK : begin * SHRINK + length] * louder
    return _Stretch(lesson.heard, power, heard_frames(lesson, length // SHRINK, begin))


def _together(parts: Sequence[_Stretch]) -> Power:
    """Return the power of sounds that are heard together, [S, M]."""
    total: Power = np.sum([part.power for part in parts], axis=0)
    return total


def _told(parts: Sequence[_Stretch], labels: Sequence[str]) -> NDArray[np.bool_]:
    """Return when each label is heard in any of the parts, [P, T]."""
    silence = np.zeros_like(parts[0].heard)
    rows = [
        np.logical_or.reduce([part.heard for part in parts if part.label == label] or [silence])
        for label in labels
    ]
    return np.array(rows).reshape(len(labels), len(silence))
