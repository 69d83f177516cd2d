"""An extractor of sounds whose numbers a package computes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

from sfbench.encoders.batch import require_length
from sfbench.encoders.extractor import Outputs, Samples


@dataclass(frozen=True, slots=True)
class ReferenceExtractor:
    """Embeds sounds as our extractor of that name does, by the code of a package.

    Attributes:
        name: Name of our extractor.
        signature: Our signature, then the package and its version.
        rate: Sample rate, in Hz.
        outputs: Width by name of output.
        shortest: Samples of the shortest sound that the network can hear.
        embed: Asks the package; it is given sounds that are long enough, at least one.
    """

    name: str
    signature: str
    rate: int
    outputs: Mapping[str, int]
    shortest: int
    embed: Callable[[Sequence[Samples]], list[Outputs]]

    @torch.inference_mode()
    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at `rate`, its outputs.

        Raises:
            ClipError: A sound is shorter than the network can hear.
        """
        require_length(sounds, self.shortest, self.rate, self.name)
        return self.embed(sounds) if sounds else []
