"""What a generator is, and the table of generators."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from sfbench.catalog import Catalog
from sfbench.clip import Clip
from sfbench.manifest import Manifest
from sfbench.take import Sound


class Generator(Protocol):
    """Makes sound for a silent clip.

    Attributes:
        kind: Where it runs: `processes` for those that read media (it is sent to workers, so it
            must be picklable), `threads` for those that hold a network.
    """

    kind: Literal["processes", "threads"]

    def generate(self, clip: Clip, seed: int) -> Sound:
        """Return sound for one clip; equal clip and seed give equal sound.

        Raises:
            ClipError: There is no sound for this clip.
        """
        ...

    def contents(self) -> dict[str, str]:
        """Return hashes by name of what it answers with beyond its settings: weights, files."""
        ...


GeneratorMaker = Callable[[Manifest, Mapping[str, Any]], Generator]  # (clips, settings)

generators: Catalog[GeneratorMaker] = Catalog(
    "generator",
    {
        "reference": "sfbench.model.reference:open_reference",
        "silence": "sfbench.model.silence:open_silence",
        "noise": "sfbench.model.noise:open_noise",
        "retrieval": "sfbench.model.borrowed:open_retrieval",
        "shuffled": "sfbench.model.borrowed:open_shuffled",
        "folder": "sfbench.model.folder:open_folder",
    },
    group="sfbench.generators",
)
