"""What says how alike a sound and words are, and the table of such networks."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sfbench.catalog import Catalog
from sfbench.encoders.extractor import Samples

Cosines = NDArray[np.float32]  # [sounds], -1 to 1


class Likeness(Protocol):
    """Compares sounds with words; companions never change an answer."""

    @property
    def name(self) -> str:
        """Name of the network."""
        ...

    @property
    def signature(self) -> str:
        """All that the answers depend on."""
        ...

    @property
    def rate(self) -> int:
        """Sample rate that it wants, in Hz."""
        ...

    def __call__(self, sounds: Sequence[Samples], prompt: str) -> Cosines:
        """Return the cosine of each sound, [n] at `rate`, and the prompt, [sounds], -1 to 1."""
        ...


LikenessMaker = Callable[[str], Likeness]  # device -> likeness

likenesses: Catalog[LikenessMaker] = Catalog(
    "encoder for a second opinion",
    {"clap": "sfbench.encoders.clap.likeness:open_clap_likeness"},
    group="sfbench.likenesses",
    extra="models",
)
