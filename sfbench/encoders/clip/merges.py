"""Merges of CLIP's tokenizer for a closed set of words, so that a small text tower needs no more.

The published file knows 48,894 merges, and the embedding of their tokens alone would take more
memory than all small towers together. Source: Sennrich et al., arXiv 1508.07909.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from sfbench.encoders.clip.tokens import (
    BYTES,
    Pair,
    Tokenizer,
    letters,
    merge,
    ranks_of,
    words_of,
)
from sfbench.errors import SfbenchError

CONTEXT = 16
"""Ids of a text: start, pieces, end, zeros."""

_VERSION = "#version: sfbench 1"


def learn_merges(texts: Sequence[str]) -> dict[Pair, int]:
    """Return the merges, by rank, that make one piece of every word of some texts.

    Of the pairs of pieces, the most frequent is merged first, among equals the first by alphabet.

    >>> list(learn_merges(["a car", "a cart"]))
    [('c', 'a'), ('ca', 'r'), ('ca', 'r</w>'), ('car', 't</w>')]
    """
    words = [letters(word) for word in sorted({one for text in texts for one in words_of(text)})]
    ranks: dict[Pair, int] = {}
    while counts := Counter(pair for word in words for pair in pairwise(word)):
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        ranks[best] = len(ranks)
        words = [list(merge(word, best)) for word in words]
    return ranks


def small_tokenizer(ranks: Mapping[Pair, int]) -> Tokenizer:
    """Return CLIP's tokenizer with these merges alone: 514 ids, and one for each merge."""
    return Tokenizer(ranks, vocabulary=2 * BYTES + len(ranks) + 2, context=CONTEXT)


def merges_text(ranks: Mapping[Pair, int]) -> str:
    """Return the merges as a file: a version, then a merge a line, as the published one."""
    ordered = sorted(ranks, key=ranks.__getitem__)
    return "\n".join([_VERSION, *(" ".join(pair) for pair in ordered), ""])


def read_small_tokenizer(path: Path) -> Tokenizer:
    """Return the tokenizer of a file of merges.

    Raises:
        SfbenchError: The file cannot be read, or holds no merges.
    """
    try:
        version, *lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise SfbenchError(f"{path} cannot be read: {error}") from None
    ranks = ranks_of(lines)
    if version != _VERSION or len(ranks) != len(lines):
        raise SfbenchError(f"{path} holds no merges")
    return small_tokenizer(ranks)
