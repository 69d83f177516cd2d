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

_START, _END = VOCABULARY - 2, VOCABULARY - 1
_BYTES = 256
_MERGES = VOCABULARY - 2 * _BYTES - 2
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
    pairs = (line.split() for line in lines[1 : _MERGES + 1])  # the first line is a version
    ranks = {(pair[0], pair[1]): rank for rank, pair in enumerate(pairs) if len(pair) == 2}
    if len(ranks) != _MERGES:
        raise SfbenchError(f"{path} holds {len(ranks)} merges, not {_MERGES}; fetch it again")
    return ranks


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Turns texts into token ids.

    Attributes:
        ranks: Rank by merge; the lowest of a word's pairs merges first.
        ids: Id by piece of a word.
    """

    ranks: Mapping[Pair, int]
    ids: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        signs = {chr(code): code - ord("!") for code in range(ord("!"), ord("~") + 1)}
        ends = {sign + _WORD_END: _BYTES + number for sign, number in signs.items()}
        merged = {"".join(pair): 2 * _BYTES + rank for pair, rank in self.ranks.items()}
        object.__setattr__(self, "ids", signs | ends | merged)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the ids of each text, [texts, 77]: start, pieces, end, zeros.

        What does not fit is cut. Entities such as `&amp;` are read; case is forgotten.

        Raises:
            SfbenchError: A text has signs outside ASCII, some of which upstream's library mends.
        """
        ids = np.zeros((len(texts), CONTEXT), np.int64)
        for row, text in zip(ids, texts, strict=True):
            pieces = [piece for word in _words(text) for piece in self._pieces(word)]
            inner = [self.ids[piece] for piece in pieces[: CONTEXT - 2]]
            row[: len(inner) + 2] = [_START, *inner, _END]
        return ids

    def _pieces(self, word: str) -> list[str]:
        pieces = [*word[:-1], word[-1] + _WORD_END]
        while pairs := [pair for pair in pairwise(pieces) if pair in self.ranks]:
            pieces = list(_merge(pieces, min(pairs, key=self.ranks.__getitem__)))
        return pieces


def _words(text: str) -> list[str]:
    plain = " ".join(html.unescape(html.unescape(text)).lower().split())
    if not (plain.isascii() and plain.isprintable()):
        raise SfbenchError(f"{text!r} has signs that CLIP may not read; use letters of English")
    return _WORDS.findall(plain)


def _merge(pieces: list[str], pair: Pair) -> Iterator[str]:
    """Yield the pieces with each occurrence of the pair, from the left, made one."""
    place = 0
    while place < len(pieces):
        joined = tuple(pieces[place : place + 2]) == pair
        yield "".join(pair) if joined else pieces[place]
        place += 2 if joined else 1
