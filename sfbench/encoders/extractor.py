"""What an extractor is, and the table of extractors."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sfbench.catalog import Catalog


class Extractor(Protocol):
    """Turns sound into an embedding.

    Attributes:
        name: Name of the extractor.
        signature: Network, checkpoint, rate, pooling and width: all that the numbers depend on.
        dimensions: Width of an embedding.
        rate: Sample rate that it wants, in Hz.
    """

    name: str
    signature: str
    dimensions: int
    rate: int

    def embed(self, sound: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the embedding, [dimensions], of mono samples, [n]."""
        ...


extractors: Catalog[type[Extractor]] = Catalog(
    "extractor",
    {"mel": "sfbench.encoders.mel:MelStatistics"},
    group="sfbench.extractors",
)
