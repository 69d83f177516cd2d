"""How near a thing looks, in words: by the share of the picture that it covers.

Captions say it behind the prompt of a label, so that the space of pictures and texts knows it, too.
"""

import numpy as np
from numpy.typing import NDArray

NEARNESS: dict[str, float] = {
    "like a speck in the distance": 0.0,
    "far away": 0.0005,
    "at some distance": 0.005,
    "close by": 0.03,
}
"""What is said, and the least share of the picture that it is said of; farthest first."""

NOTHING = ("nothing in sight", "an empty scene")
"""What is said of a picture in which nothing of the object is seen."""


def nearness(area: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which words of `NEARNESS` suit a share of the picture, each of [N].

    >>> nearness(np.array([0.0001, 0.01, 0.3])).tolist()
    [0, 2, 3]
    """
    places: NDArray[np.int64] = np.searchsorted(list(NEARNESS.values()), area, "right") - 1
    return places.astype(np.int64)


def captions(prompt: str) -> list[str]:
    """Return a prompt with every nearness.

    >>> captions("a dog barking")[1]
    'a dog barking far away'
    """
    return [f"{prompt} {how}" for how in NEARNESS]
