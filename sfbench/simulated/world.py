"""A world by its name: a seed and a timbre, which say what every scene of it is."""

import re
from dataclasses import dataclass

from sfbench.errors import SfbenchError
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.scene import Scene
from sfbench.simulated.timbre import Timbre

PREFIX = "simulated:"

EDITION = 2
"""Counts how often the same seed came to mean other scenes: part of the name of what is kept."""

_NAME = re.compile(r"(\d*)(:beyond)?")


@dataclass(frozen=True, slots=True)
class World:
    """Scenes without end; the first are the same however many are asked for.

    Attributes:
        seed: Another seed, another world.
        timbre: `beyond` gives the same scenes sounds of properties that no usual world has.
    """

    seed: int = 0
    timbre: Timbre = "usual"

    @property
    def name(self) -> str:
        """`simulated:` and the seed, and the timbre unless it is usual."""
        return f"{PREFIX}{self.seed}" + (f":{self.timbre}" if self.timbre != "usual" else "")

    def scene(self, index: int) -> Scene:
        """Return a scene of the world; it depends on nothing else."""
        return draw_scene(self.seed, index, self.timbre)


def read_world(name: str) -> World:
    """Return the world `simulated`, `simulated:SEED` or `simulated:SEED:beyond`.

    Raises:
        SfbenchError: It is no name of a world.

    >>> read_world("simulated:7:beyond")
    World(seed=7, timbre='beyond')
    """
    found = _NAME.fullmatch(name.removeprefix(PREFIX).removeprefix("simulated"))
    if found is None:
        raise SfbenchError(f"{name} is no world; give a seed: simulated:7 or simulated:7:beyond")
    return World(int(found[1] or 0), "beyond" if found[2] else "usual")
