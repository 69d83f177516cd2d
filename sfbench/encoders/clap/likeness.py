"""How alike sounds and words are to LAION-CLAP: the cosine of its two towers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.checkpoints import (
    CLAP_630K,
    ROBERTA_MERGES,
    ROBERTA_VOCABULARY,
    here,
    read_checkpoint,
)
from sfbench.encoders.clap.sound import Clap, clap_network
from sfbench.encoders.clap.text import ClapText, clap_text_network
from sfbench.encoders.clap.tokens import read_tokenizer
from sfbench.encoders.extractor import Samples
from sfbench.encoders.likeness import Cosines
from sfbench.weights.require import require

GROUP = "second-opinion"
"""Name by which all files that it needs are fetched."""


@dataclass(frozen=True, slots=True)
class ClapLikeness:
    """Compares sounds with words by LAION-CLAP."""

    sound: Clap
    text: ClapText
    name: str = "clap"
    read: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def rate(self) -> int:
        """Sample rate that it wants, in Hz."""
        return self.sound.rate

    @property
    def signature(self) -> str:
        """All that the answers depend on."""
        return f"{self.sound.signature}|{self.text.signature}"

    def __call__(self, sounds: Sequence[Samples], prompt: str) -> Cosines:
        """Return the cosine of each sound, [n] at 48 kHz, and the prompt, [sounds], -1 to 1.

        A prompt is embedded once.

        Raises:
            ClipError: A sound has no samples.
        """
        if not sounds:
            return np.zeros(0, np.float32)
        if prompt not in self.read:
            self.read[prompt] = self.text([prompt])[0]
        rows = np.concatenate([heard["embedding"] for heard in self.sound(sounds)])
        cosines: Cosines = rows @ self.read[prompt]
        return cosines


def open_clap_likeness(device: str) -> ClapLikeness:
    """Return both towers of the published checkpoint, which is read once.

    Raises:
        SfbenchError: Files are not on this machine, or are not those that were declared.
    """
    require(GROUP)
    tokenizer = read_tokenizer(here(ROBERTA_VOCABULARY), here(ROBERTA_MERGES))
    state = read_checkpoint(CLAP_630K)
    text = ClapText(clap_text_network(state).to(device), tokenizer, device)
    return ClapLikeness(Clap(clap_network(state).to(device), device), text)
