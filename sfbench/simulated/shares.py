"""The shares of a world: how many clips of each group, trajectory, view and fault.

They are dealt in a fixed order, not drawn, so that small worlds hold some of everything and a
larger world begins with the smaller one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar, get_args

import numpy as np

from sfbench.simulated.scene import Defect, Group, View
from sfbench.simulated.trajectory import Kind

T = TypeVar("T")

GROUPS: dict[Group, int] = {
    "good": 15,
    "other-sound": 2,
    "no-sound": 1,
    "not-continuous": 3,
    "defect": 3,
}
"""Clips of each group among 24: the label step rejects `not-continuous`, the health step
`defect`, grounding `other-sound` and `no-sound`."""

KINDS: dict[Kind, float] = {
    "pass-by": 0.55,
    "approach-recede": 0.25,
    "hover": 0.12,
    "static": 0.08,
}
"""Shares of the trajectories, where the object can go like that."""

VIEWS: dict[View, float] = {
    "followed": 0.50,
    "fixed": 0.12,
    "glance-away": 0.12,
    "never-seen": 0.06,
    "tiny": 0.12,
    "blurred": 0.08,
}
"""Shares of the ways in which the object is seen; see `_seen`."""

GATES: dict[str, float] = {"whole": 0.64, "late": 0.14, "early": 0.14, "both": 0.08}
"""Shares of the times at which the source starts late or stops early."""

COMPANIONS: dict[bool, float] = {False: 0.8, True: 0.2}
"""Shares of clips without and with a second, silent object."""

DEFECTS: tuple[Defect, ...] = get_args(Defect)
"""Defects, in turn."""

# Irrational steps, one per choice: multiples of such a step fill 0 to 1 evenly.
_STEPS = {"kind": 0.6180340, "view": 0.4142136, "gate": 0.7320508, "companion": 0.2360680}

_BLOCK = sum(GROUPS.values())


@dataclass(frozen=True, slots=True)
class Lot:
    """The place of a scene in its world.

    Attributes:
        group: Its group.
        rank: How many clips of the group come before it.
        good: How many good clips come before it.
    """

    group: Group
    rank: int
    good: int


@cache
def _order() -> tuple[Group, ...]:
    """Return the groups of a block of 24 clips, each group spread evenly."""
    places = [
        ((rank + 0.5) / count, group) for group, count in GROUPS.items() for rank in range(count)
    ]
    return tuple(group for _, group in sorted(places, key=lambda pair: pair[0]))


def lot(index: int) -> Lot:
    """Return the group of a scene and its rank in the group.

    >>> lot(0)
    Lot(group='good', rank=0, good=0)
    """
    blocks, place = divmod(index, _BLOCK)
    before = _order()[:place]
    group = _order()[place]
    rank = blocks * GROUPS[group] + before.count(group)
    return Lot(group, rank, blocks * GROUPS["good"] + before.count("good"))


def dealt(choice: str, shares: Mapping[T, float], rank: int) -> T:
    """Return one of the shares' keys so that any run of ranks comes near the shares."""
    place = rank * _STEPS[choice] % 1.0
    for key, edge in zip(shares, np.cumsum(list(shares.values())), strict=True):
        if place < edge:
            return key
    return next(reversed(list(shares)))
