"""Finds copies among many fingerprints: an index of Chromaprint's words, then bit by bit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sfbench.curation.fingerprint import (
    COARSE_HOP,
    FINE_HOP,
    WORD_SECONDS,
    Fingerprint,
    Rows,
    Words,
)
from sfbench.curation.rules.duplicates import DuplicatesRule

_KEPT_BITS = 24  # of a word make its place in the index: codecs flip the rest more often
_HITS = 3  # words that must agree at about one shift
_CROWD = 500  # a word that more clips have says nothing of any


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of an earlier one.

    Attributes:
        of: Place of the one that it copies.
        similarity: Share of fine bits that agree, 0 to 1; 0.5 is chance.
        shift: Seconds by which its sound comes later than the other's.
    """

    of: int
    similarity: float
    shift: float


def find_copies(prints: Sequence[Fingerprint], rule: DuplicatesRule) -> dict[int, Copy]:
    """Return which fingerprints copy an earlier one that copies none itself, by place.

    Time and memory grow with the number of words, not of pairs.

    Args:
        prints: Fingerprints; of two copies the earlier one stays.
        rule: From where on two are copies.
    """
    index = _Index(prints)
    copies: dict[int, Copy] = {}
    for place, one in enumerate(prints):
        found = [
            Copy(other, *alike)
            for other in index.candidates(place)
            if other not in copies and (alike := compare(prints[other], one, rule))
        ]
        if found:
            copies[place] = max(found, key=lambda copy: (copy.similarity, -copy.of))
    return copies


def compare(
    first: Fingerprint, second: Fingerprint, rule: DuplicatesRule
) -> tuple[float, float] | None:
    """Return the similarity of two fingerprints and by how many seconds the second is later.

    Every shift is tried: a siren repeats itself, and at which of its turns a copy begins is told by
    the fine bits alone.

    Args:
        first: One of them.
        second: The other.
        rule: From where on they are copies; None is returned if they are not.
    """
    least = round((rule.overlap_seconds - WORD_SECONDS) / COARSE_HOP)
    if _agreement(first.coarse, second.coarse, least)[0] < rule.coarse:
        return None
    similarity, rows = _agreement(first.fine, second.fine, round(rule.overlap_seconds / FINE_HOP))
    return (similarity, rows * FINE_HOP) if similarity >= rule.fine else None


def _agreement(first: Words | Rows, second: Words | Rows, least: int) -> tuple[float, int]:
    """Return the greatest share of bits that agree over all shifts, and that shift, in words.

    Shifts at which fewer than `least` words overlap, or less than three quarters of a sound that is
    hardly longer, are not tried.
    """
    least = max(1, min(least, 3 * min(len(first), len(second)) // 4))
    shifts = np.arange(1 - len(first), len(second))
    overlaps = np.minimum(len(second), shifts + len(first)) - np.maximum(0, shifts)
    # What a bit adds is 1 where two agree and -1 where not; each shift is a diagonal.
    one, other = _signs(first), _signs(second)
    product = one @ other.T
    later = np.arange(len(second)) - np.arange(len(first))[:, None] + len(first) - 1
    sums = np.bincount(later.ravel(), product.ravel(), len(shifts))
    shares = np.where(overlaps >= least, 0.5 + sums / (2 * one.shape[1] * overlaps), 0)
    best = int(shares.argmax())
    return float(shares[best]), int(shifts[best])


def _signs(words: Words | Rows) -> NDArray[np.float32]:
    """Return bits as 1 and -1, [T, 32] or [T, 64]."""
    octets = np.ascontiguousarray(words).view(np.uint8).reshape(len(words), -1)
    return 2 * np.unpackbits(octets, axis=1).astype(np.float32) - 1


class _Index:
    """Which fingerprints have a word, and where; sorted arrays, twelve bytes a word."""

    def __init__(self, prints: Sequence[Fingerprint]) -> None:
        lengths = np.array([len(one.coarse) for one in prints], np.int64)
        self._begins = np.concatenate([[0], np.cumsum(lengths)])
        words = [_shortened(one.coarse) for one in prints] or [np.zeros(0, np.uint32)]
        self._words = np.concatenate(words)
        owners = np.repeat(np.arange(len(prints), dtype=np.int32), lengths)
        positions = np.arange(len(self._words)) - np.repeat(self._begins[:-1], lengths)
        order = np.argsort(self._words, kind="stable")
        self._sorted = self._words[order]
        self._owners = owners[order]
        self._positions = positions[order].astype(np.int32)

    def candidates(self, place: int) -> Iterator[int]:
        """Yield earlier fingerprints that share words at one shift."""
        own = self._words[self._begins[place] : self._begins[place + 1]]
        first, last = (np.searchsorted(self._sorted, own, side) for side in ("left", "right"))
        telling = np.flatnonzero((last - first > 1) & (last - first <= _CROWD))
        if not len(telling):
            return
        hits = np.concatenate([np.arange(first[word], last[word]) for word in telling])
        here = np.repeat(telling, (last - first)[telling])
        owners, shifts = self._owners[hits], here - self._positions[hits]
        yield from _agreed(owners[owners < place], shifts[owners < place])


def _agreed(owners: NDArray[np.int32], shifts: NDArray[np.int64]) -> Iterator[int]:
    """Yield owners with `_HITS` hits at one shift, or at it and the next."""
    found, counts = np.unique(np.stack([owners, shifts]), axis=1, return_counts=True)
    neighbours = (np.diff(found, axis=1) == [[0], [1]]).all(axis=0)
    together = counts + np.append(neighbours * counts[1:], 0)
    yield from np.unique(found[0][together >= _HITS]).tolist()


def _shortened(words: Words) -> Words:
    return words >> np.uint32(32 - _KEPT_BITS)
