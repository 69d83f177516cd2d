"""Chance that depends on the clip and the seed alone, never on order or on other clips."""

import numpy as np

from sfbench.store import sha256_bytes


def chance(clip_id: str, seed: int) -> np.random.Generator:
    """Return a random generator of its own for one clip.

    >>> bool(chance("a", 0).random() == chance("a", 0).random())
    True
    """
    return np.random.default_rng(int(sha256_bytes(f"{seed}/{clip_id}".encode())[:16], 16))
