"""Draws batches: clips at other levels and mixed with each other, prompts of what is heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sfbench.model.grounding.lessons import Lesson, Power


@dataclass(frozen=True, slots=True)
class Batch:
    """Clips, prompts, and which prompt tells of which clip.

    Attributes:
        power: Power in mel bands, [B, S, M].
        prompts: Prompts, [P]: one for every sound that is heard in any of the clips.
        told: 1 where the sound of prompt p is heard in clip b, else 0, [B, P].
        stretch: Begin and end of the part of each clip whose frames are scored, [B, 2], as shares
            of its length.
    """

    power: NDArray[np.float32]
    prompts: list[str]
    told: NDArray[np.float32]
    stretch: NDArray[np.float32]


def draw_batch(
    lessons: Sequence[Lesson],
    prompts: Mapping[str, Sequence[str]],
    *,
    size: int,
    mixed: float,
    gain: float,
    shortest: float,
    rng: np.random.Generator,
) -> Batch:
    """Return a batch; the prompts of the other clips are a clip's negatives.

    Nothing is known of when a sound is heard: labels are those of whole clips. A stretch drawn from
    each is asked for the same label, since a network that is asked for the clip alone may learn to
    answer in a single frame.

    Args:
        lessons: What to draw from.
        prompts: Ways to say each sound, by label.
        size: Clips in the batch.
        mixed: Share of clips that are heard together with another.
        gain: Greatest change of a level, in dB, either way.
        shortest: Shortest stretch, as a share of a clip.
        rng: Source of all choices.
    """
    drawn = [lessons[place] for place in rng.choice(len(lessons), size)]
    mates = [lessons[place] for place in rng.choice(len(lessons), size)]
    length = min(len(one.power) for one in [*drawn, *mates])
    powers, heard = [], []
    for one, mate in zip(drawn, mates, strict=True):
        power, sounds = _louder(one.power[:length], gain, rng), {one.heard}
        if rng.random() < mixed:
            power = power + _louder(mate.power[:length], gain, rng)
            sounds.add(mate.heard)
        powers.append(power)
        heard.append(sounds)
    labels = sorted({label for sounds in heard for label in sounds if label is not None})
    said = [str(rng.choice(list(prompts[label]))) for label in labels]
    told = [[float(label in sounds) for label in labels] for sounds in heard]
    stretch = _stretches(size, shortest, rng)
    return Batch(np.stack(powers), said, np.array(told, np.float32), stretch)


def _stretches(count: int, shortest: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return begin and end of stretches of any length from `shortest` to 1, [count, 2]."""
    length = rng.uniform(shortest, 1, count)
    begin = rng.uniform(0, 1, count) * (1 - length)
    return np.stack([begin, begin + length], 1).astype(np.float32)


def _louder(power: Power, gain: float, rng: np.random.Generator) -> Power:
    """Return a clip's power at another level, up to `gain` dB higher or lower."""
    return power * np.float32(10 ** (rng.uniform(-gain, gain) / 10))
