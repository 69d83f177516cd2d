"""What an extractor is, and the table of extractors."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sfbench.catalog import Catalog

Samples = NDArray[np.float32]  # [n], mono, full scale at -1 and 1
Outputs = dict[str, NDArray[np.float32]]  # output name -> [rows, width]


class Extractor(Protocol):
    """Turns sounds into embeddings; the companions of a batch never change an answer.

    Attributes:
        name: Name of the extractor.
        signature: Network, checkpoint, rate, pooling and width: all that the numbers depend on.
        rate: Sample rate that it wants, in Hz.
        outputs: Width by name of output, for example `{"embedding": 2048, "logits": 527}`.
    """

    name: str
    signature: str
    rate: int
    outputs: Mapping[str, int]

    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at `rate`, its outputs, [rows, width] each.

        Raises:
            ClipError: A sound is shorter than the network can hear.
        """
        ...


ExtractorMaker = Callable[[str], Extractor]  # device ("cpu", "cuda", …) -> extractor

extractors: Catalog[ExtractorMaker] = Catalog(
    "extractor",
    {"mel": "sfbench.encoders.mel:open_mel"},
    group="sfbench.extractors",
)
