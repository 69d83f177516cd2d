"""Chance that depends on the clip and the seed alone, never on order or on other clips."""

import numpy as np

from sfbench.store import sha256_bytes


def chance(clip_id: str, seed: int) -> np.random.Generator:
    """Return a random generator of its own for one clip.

    >>> bool(chance("a", 0).random() == chance("a", 0).random())
    True
    """
    return np.random.default_rng(int(_digest(clip_id, seed)[:16], 16))


def clip_seed(clip_id: str, seed: int) -> int:
    """Return a seed of its own for one clip, 0 to 2**31 - 1: every library takes such a number.

    >>> clip_seed("a", 0)
    1771091398
    >>> clip_seed("a", 0) == clip_seed("a", 1)
    False
    """
    return int(_digest(clip_id, seed)[:8], 16) >> 1


def _digest(clip_id: str, seed: int) -> str:
    return sha256_bytes(f"{seed}/{clip_id}".encode())
