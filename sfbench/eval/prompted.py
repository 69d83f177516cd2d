"""Makes an extractor of a grounder: a sound comes with the words that say what should be heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sfbench.clip import Clip
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.grounding.grounder import Grounder

Spoken = tuple[str, Samples]  # what should be heard, in plain words; the sound


@dataclass(frozen=True, slots=True)
class Prompted:
    """Answers how surely each sound's own prompt is heard, as `scores`, [T, 1], 25 per second.

    `unknown`, [1, 1], is the number of the prompt's words that the grounder does not know.
    """

    grounder: Grounder

    @property
    def signature(self) -> str:
        """All that the numbers depend on, but for the prompts."""
        return f"{self.grounder.signature}|known-words"

    @property
    def rate(self) -> int:
        """Sample rate that it wants, in Hz."""
        return self.grounder.rate

    def __call__(self, sounds: Sequence[Spoken]) -> list[Outputs]:
        """Return the scores of each sound, [n] at `rate`, for its prompt.

        Raises:
            ClipError: A sound is shorter than the network can hear.
        """
        places: dict[str, list[int]] = {}
        for place, (prompt, _) in enumerate(sounds):
            places.setdefault(prompt, []).append(place)
        answers: dict[int, Outputs] = {}
        for prompt, same in places.items():
            grounded = self.grounder([sounds[place][1] for place in same], [prompt])
            answers |= {
                place: {
                    "scores": one.scores.T,
                    "unknown": np.array([[len(one.unknown[0])]], np.float32),
                }
                for place, one in zip(same, grounded, strict=True)
            }
        return [answers[place] for place in range(len(sounds))]


def prompt_of(clip: Clip) -> str:
    """Return what should be heard of a clip: the prompt that it was grounded by, or its label."""
    grounding: Mapping[str, str] = clip.evidence.get("grounding", {})
    return grounding.get("prompt") or clip.label or ""
