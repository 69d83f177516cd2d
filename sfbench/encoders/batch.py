"""Batches of inputs that need no padding, so that companions never change an answer."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.extractor import Samples
from sfbench.errors import ClipError, Reason


def by_length(sounds: Sequence[Samples], limit: int) -> Iterator[tuple[list[int], Samples]]:
    """Yield sounds of one length together, [B, n], B <= limit, with their places in `sounds`.

    >>> sounds = [np.zeros(n, np.float32) for n in (3, 2, 3, 3)]
    >>> [(places, batch.shape) for places, batch in by_length(sounds, limit=2)]
    [([0, 2], (2, 3)), ([3], (1, 3)), ([1], (1, 2))]
    """
    places: dict[int, list[int]] = {}
    for place, sound in enumerate(sounds):
        places.setdefault(len(sound), []).append(place)
    for same in places.values():
        for begin in range(0, len(same), limit):
            chosen = same[begin : begin + limit]
            yield chosen, np.stack([sounds[place] for place in chosen])


def embed_by_length(
    sounds: Sequence[Samples], embed: Callable[[Samples], NDArray[np.float32]], limit: int
) -> list[NDArray[np.float32]]:
    """Return one row, [1, width], for each sound, in order.

    Args:
        sounds: Sounds of any lengths, [n] each.
        embed: Returns rows, [B, width], for sounds of one length, [B, n].
        limit: Sounds that are embedded together at most.
    """
    rows: dict[int, NDArray[np.float32]] = {}
    for places, batch in by_length(sounds, limit):
        embedded = embed(batch)
        rows |= {place: embedded[i : i + 1] for i, place in enumerate(places)}
    return [rows[place] for place in range(len(sounds))]


def require_length(sounds: Sequence[Samples], least: int, rate: int, name: str) -> None:
    """Refuse sounds that are shorter than a network can hear.

    Args:
        sounds: Sounds, [n] each.
        least: Shortest length that is heard, in samples.
        rate: Sample rate, in Hz.
        name: Name of the extractor, for the reason.

    Raises:
        ClipError: A sound is shorter.
    """
    shortest = min(map(len, sounds), default=least)
    if shortest < least:
        detail = f"{shortest / rate:.3f} s of sound, {name} needs {least / rate:.3f} s"
        raise ClipError(Reason("extract", "too-short", detail))
