"""The token ids of CLIP: words in lower case, cut into pieces by byte-pair merges.

Source: Sennrich et al., arXiv 1508.07909; openai/CLIP, clip/simple_tokenizer.py.
"""

import gzip
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sfbench.errors import SfbenchError

CONTEXT = 77
VOCABULARY = 49_408

Pair = tuple[str, str]

BYTES = 256
_MERGES = VOCABULARY - 2 * BYTES - 2
_WORD_END = "</w>"
_WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")


def read_merges(path: Path) -> dict[Pair, int]:
    """Return the rank by merge of the published file, `bpe_simple_vocab_16e6.txt.gz`.

    Raises:
        SfbenchError: The file is another one, or damaged.
    """
    try:
        lines = gzip.decompress(path.read_bytes()).decode().split("\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SfbenchError(f"{path} cannot be read ({error}); fetch it again") from None
    ranks = ranks_of(lines[1 : _MERGES + 1])  # the first line is a version
    if len(ranks) != _MERGES:
        raise SfbenchError(f"{path} holds {len(ranks)} merges, not {_MERGES}; fetch it again")
    return ranks


def ranks_of(lines: Sequence[str]) -> dict[Pair, int]:
    """Return the rank by merge of lines that hold two pieces each."""
    pairs = (line.split() for line in lines)
    return {(pair[0], pair[1]): rank for rank, pair in enumerate(pairs) if len(pair) == 2}


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Turns texts into token ids.

    Attributes:
        ranks: Rank by merge; the lowest of a word's pairs merges first.
        vocabulary: Number of ids; the last two begin and end a text.
        context: Ids of a text.
        ids: Id by piece of a word.
    """

    ranks: Mapping[Pair, int]
    vocabulary: int = VOCABULARY
    context: int = CONTEXT
    ids: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        signs = {chr(code): code - ord("!") for code in range(ord("!"), ord("~") + 1)}
        ends = {sign + _WORD_END: BYTES + number for sign, number in signs.items()}
        merged = {"".join(pair): 2 * BYTES + rank for pair, rank in self.ranks.items()}
        object.__setattr__(self, "ids", signs | ends | merged)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the ids of each text, [texts, context]: start, pieces, end, zeros.

        What does not fit is cut. Entities such as `&amp;` are read; case is forgotten.

        Raises:
            SfbenchError: A text has signs outside ASCII, some of which upstream's library mends.
        """
        ids = np.zeros((len(texts), self.context), np.int64)
        for row, text in zip(ids, texts, strict=True):
            pieces = [piece for word in words_of(text) for piece in self._pieces(word)]
            inner = [self.ids[piece] for piece in pieces[: self.context - 2]]
            row[: len(inner) + 2] = [self.vocabulary - 2, *inner, self.vocabulary - 1]
        return ids

    def _pieces(self, word: str) -> list[str]:
        pieces = letters(word)
        while pairs := [pair for pair in pairwise(pieces) if pair in self.ranks]:
            pieces = list(merge(pieces, min(pairs, key=self.ranks.__getitem__)))
        return pieces


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, signs and digits apart.

    Raises:
        SfbenchError: The text has signs outside ASCII.
    """
    plain = " ".join(html.unescape(html.unescape(text)).lower().split())
    if not (plain.isascii() and plain.isprintable()):
        raise SfbenchError(f"{text!r} has signs that CLIP may not read; use letters of English")
    return _WORDS.findall(plain)


def letters(word: str) -> list[str]:
    """Return the letters of a word, the last one marked as the end.

    >>> letters("car")
    ['c', 'a', 'r</w>']
    """
    return [*word[:-1], word[-1] + _WORD_END]


def merge(pieces: list[str], pair: Pair) -> Iterator[str]:
    """Yield the pieces with each occurrence of the pair, from the left, made one."""
    place = 0
    while place < len(pieces):
        joined = tuple(pieces[place : place + 2]) == pair
        yield "".join(pair) if joined else pieces[place]
        place += 2 if joined else 1
