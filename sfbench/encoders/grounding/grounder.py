"""What a grounder is, which hears when a sound of given words is there, and the table of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sfbench.catalog import Catalog
from sfbench.encoders.extractor import Samples

FRAMES_PER_SECOND = 25
"""Scores per second of sound: one every 40 ms."""

Scores = NDArray[np.float32]  # [P, T], how surely prompt p is heard in frame t, 0 to 1


@dataclass(frozen=True, slots=True)
class Grounded:
    """What was heard of some prompts in one sound.

    Attributes:
        scores: How surely each prompt is heard, [P, T], 0 to 1, 25 frames per second; T counts
            the whole frames of the sound.
        unknown: Words of each prompt that the grounder does not know; its scores do not mean them.
    """

    scores: Scores
    unknown: tuple[tuple[str, ...], ...]


class Grounder(Protocol):
    """Hears when the sound that a prompt describes is there; companions never change an answer.

    Attributes:
        name: Name of the grounder.
        signature: Network, checkpoint and rate: all that the scores depend on.
        rate: Sample rate that it wants, in Hz.
    """

    name: str
    signature: str
    rate: int

    def __call__(self, sounds: Sequence[Samples], prompts: Sequence[str]) -> list[Grounded]:
        """Return for each sound, [n] at `rate`, the scores of every prompt.

        Raises:
            ClipError: A sound is shorter than the network can hear.
        """
        ...

    def unknown_words(self, prompt: str) -> tuple[str, ...]:
        """Return the words of a prompt that it does not know, in order."""
        ...


GrounderMaker = Callable[[str], Grounder]  # device -> grounder

grounders: Catalog[GrounderMaker] = Catalog(
    "grounding encoder",
    {
        "grounding": "sfbench.encoders.grounding.cnn8rnn:open_grounding",
        "grounding-mini": "sfbench.encoders.grounding.cnn8rnn:open_grounding_mini",
    },
    group="sfbench.grounders",
    extra="weights",
)
