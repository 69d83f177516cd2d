"""The source `simulated`: clips of the simulated world."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sfbench.curation.source import Candidate
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.simulated.media import write_media
from sfbench.simulated.sound import hear
from sfbench.simulated.timbre import Timbre
from sfbench.simulated.truth import truth_of
from sfbench.simulated.world import EDITION, PREFIX, World, read_world
from sfbench.store import write_json

COUNT = 48
"""Clips of a world when nobody says how many."""

_MOST = 10_000  # ids count with four digits


@dataclass(frozen=True, slots=True)
class SimulatedSource:
    """A world of clips whose truth is known.

    Attributes:
        count: Number of clips; a larger world begins with the clips of a smaller one.
        seed: Another seed, another world.
        timbre: `beyond` gives the same scenes sounds of properties that no usual world has.
    """

    count: int = COUNT
    seed: int = 0
    timbre: Timbre = "usual"

    def __post_init__(self) -> None:
        if not 1 <= self.count <= _MOST:
            raise ValueError(f"count must lie between 1 and {_MOST}, not {self.count}")

    @property
    def world(self) -> World:
        """The world whose first clips these are."""
        return World(self.seed, self.timbre)

    @property
    def name(self) -> str:
        """The name of the world."""
        return self.world.name

    @property
    def identity(self) -> str:
        """The name and edition of the world: it depends on nothing else."""
        return f"{self.name}, edition {EDITION}"

    @property
    def licence(self) -> str:
        """Nobody's rights are in a rendered scene."""
        return "cc0-1.0"

    @property
    def recipe(self) -> str:
        """The recipe that listens with the mini grounder: it knows this world."""
        return "simulated"

    def candidates(self) -> Iterator[Candidate]:
        """Yield the clips in the world's order."""
        for index in range(self.count):
            scene = self.world.scene(index)
            yield Candidate(id=scene.id, label=scene.label, split=scene.split, origin=str(index))

    def fetch(self, candidate: Candidate, path: Path) -> None:
        """Write the clip's media, broken if that is its part, and its truth beside it."""
        scene = self.world.scene(int(candidate.origin))
        heard = hear(scene)
        write_media(scene, heard.sound, path)
        write_json(path.with_suffix(".json"), truth_of(scene, heard))

    def heard(
        self, manifest: Manifest, siblings: Mapping[str, Collection[str]]
    ) -> Mapping[str, bool]:
        """Return by clip id whether the truth file says that the clip's label is heard."""
        return {
            clip.id: _truth(manifest, clip.truth).label_heard in siblings.get(clip.label, ())
            for clip in manifest.clips
            if clip.label and clip.truth
        }


class _Truth(msgspec.Struct):
    label_heard: str | None


def _truth(manifest: Manifest, relative: str) -> _Truth:
    return msgspec.json.decode(manifest.path(relative).read_bytes(), type=_Truth)


def open_world(argument: str, limit: int | None) -> SimulatedSource:
    """Return the source `simulated`, `simulated:SEED` or `simulated:SEED:beyond`.

    Raises:
        SfbenchError: The seed is no whole number, or there are no so many clips.
    """
    world = read_world(PREFIX + argument)
    if limit is not None and limit > _MOST:
        raise SfbenchError(f"--limit {limit} is more than the world has; give {_MOST} or fewer")
    count = COUNT if limit is None else limit
    return SimulatedSource(count, world.seed, world.timbre)
