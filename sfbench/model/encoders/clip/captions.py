"""What is said of a thing behind the prompt of its label: how near it looks, and if it is at work.

Said while the mini CLIP learns, so that the space of pictures and texts knows it, too.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

NEARNESS: dict[str, float] = {
    "like a speck in the distance": 0.0,
    "far away": 0.0005,
    "at some distance": 0.005,
    "close by": 0.03,
}
"""What is said, and the least share of the picture that it is said of; farthest first."""

WORK = ("standing silent", "running loud")
"""What is said of a thing that makes no sound, and of one that does."""

NOTHING = ("nothing in sight", "an empty scene")
"""What is said of a picture in which nothing of the object is seen."""


def nearness(area: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which words of `NEARNESS` suit a share of the picture, each of [N].

    >>> nearness(np.array([0.0001, 0.01, 0.3])).tolist()
    [0, 2, 3]
    """
    places: NDArray[np.int64] = np.searchsorted(list(NEARNESS.values()), area, "right") - 1
    return places.astype(np.int64)


def captions(prompt: str, said: Collection[str]) -> list[str]:
    """Return a prompt with everything that may be said behind it.

    >>> captions("a dog barking", WORK)[0]
    'a dog barking standing silent'
    """
    return [f"{prompt} {one}" for one in said]
