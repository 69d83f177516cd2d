"""What a generator is, and the table of generators."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from sfbench.catalog import Catalog
from sfbench.clip import Clip
from sfbench.errors import Reason
from sfbench.manifest import Manifest
from sfbench.take import Sound


class ClipGenerator(Protocol):
    """Makes sound for one silent clip at a time.

    Attributes:
        kind: Where it runs: `processes` for those that read media (it is sent to workers, so it
            must be picklable), `threads` for those that wait.
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


class NetworkGenerator(Protocol):
    """Makes sound for a batch of silent clips; it stays in this process and holds a network.

    A generator may have more: `notes`, sentences for the reader of its results; `in_effect`, what
    its settings came to (`dtype`, `steps`, scales), which `run.json` records; `batch`, how many
    clips it wants together if neither `--batch` nor the config says; `in_folder(folder)`, which
    returns the generator for a run folder, where it may keep logs; and `timing(clip, look)`, which
    returns its temporal condition (`timing.Timing`, or None) for `sfbench explain`.

    Attributes:
        kind: Says that it is one of these.
        look: What it sees of a clip, computed by worker processes while the network is at work; it
            is sent to them, so it must be picklable, and so must its answer. None for those that
            look at nothing.
    """

    kind: Literal["network"]
    look: Callable[[Clip], Any] | None

    def perform(
        self, clips: Sequence[Clip], looks: Sequence[Any], seeds: Sequence[int]
    ) -> Sequence[Sound | Reason]:
        """Return for each clip its sound, or why there is none.

        Equal clip and seed give equal sound, whatever else is in the batch. Where a batch raises,
        its clips are tried again one by one.

        Args:
            clips: The clips, [B].
            looks: What `look` returned of each; None where there is no `look`.
            seeds: A seed of its own for each clip, 0 to 2**31 - 1.

        Raises:
            ClipError: There is no sound for these clips.
        """
        ...

    def contents(self) -> dict[str, str]:
        """Return hashes by name of what it answers with beyond its settings: weights, files."""
        ...


Generator = ClipGenerator | NetworkGenerator

GeneratorMaker = Callable[..., Generator]
"""(clips, settings, and by keyword the options that it knows) -> generator.

Options are `device` (`cpu`, `cuda`, …; `auto` is resolved) and `watch`; a maker names those that it
wants.
"""

generators: Catalog[GeneratorMaker] = Catalog(
    "generator",
    {
        "reference": "sfbench.model.reference:open_reference",
        "silence": "sfbench.model.silence:open_silence",
        "noise": "sfbench.model.noise:open_noise",
        "retrieval": "sfbench.model.borrowed:open_retrieval",
        "shuffled": "sfbench.model.borrowed:open_shuffled",
        "folder": "sfbench.model.folder:open_folder",
        "command": "sfbench.model.command:open_command",
        "diff-foley": "sfbench.model.diff_foley.generator:open_diff_foley",
        "smooth-foley": "sfbench.model.smooth_foley.open:open_smooth_foley",
    },
    group="sfbench.generators",
    extra="models",
)


def open_generator(
    name: str, manifest: Manifest, settings: Mapping[str, Any], **options: object
) -> Generator:
    """Return the generator behind a row of the table.

    Args:
        name: The row.
        manifest: The clips.
        settings: The generator's settings.
        options: What the run knows, by name; the generator is given what its maker names.

    Raises:
        SfbenchError: There is no such row, or the generator cannot be set up.
    """
    maker = generators[name]
    known = inspect.signature(maker).parameters
    return maker(manifest, settings, **{key: options[key] for key in options if key in known})


def wants_device(name: str) -> bool:
    """Say whether a row's maker names the option `device`."""
    return "device" in inspect.signature(generators[name]).parameters
