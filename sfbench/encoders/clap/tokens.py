"""The token ids of CLAP's text tower: those of RoBERTa, bytes joined by merges.

Source: Liu et al., arXiv 1907.11692; padding and length as in LAION-AI/CLAP, release 1.1.7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.processors import RobertaProcessing

from sfbench.errors import SfbenchError

CONTEXT = 77
VOCABULARY = 50_265
MERGES = 50_000
START, PADDING, END = 0, 1, 2

SPECIAL: Mapping[str, int] = {
    "<s>": START,
    "<pad>": PADDING,
    "</s>": END,
    "<unk>": 3,
    "<mask>": VOCABULARY - 1,
}
"""Ids of what is no piece of a text."""

Ids = NDArray[np.int64]  # [texts, 77]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ClapTokenizer:
    """Turns texts into token ids."""

    pieces: Tokenizer

    def __call__(self, texts: Sequence[str]) -> Ids:
        """Return the ids of each text, [texts, 77]: start, pieces, end, padding.

        What does not fit is cut; case and spaces count.
        """
        rows = [self.pieces.encode(text).ids for text in texts]
        return np.array(rows, np.int64).reshape(-1, CONTEXT)


def clap_tokenizer(ids: Mapping[str, int], merges: Sequence[Pair]) -> ClapTokenizer:
    """Return the tokenizer of a vocabulary.

    Args:
        ids: Id by piece, with the special ones and every byte's sign.
        merges: Pairs of pieces, those that are joined first in front.

    Raises:
        SfbenchError: Special pieces or bytes are missing, so that texts would be misread silently.
    """
    wanted = [*ids.keys() & SPECIAL.keys(), *ids.keys() & set(ByteLevel.alphabet())]
    if len(wanted) < len(SPECIAL) + len(ByteLevel.alphabet()):
        raise SfbenchError("the vocabulary lacks special pieces or bytes: it is not RoBERTa's")
    pieces = Tokenizer(BPE(vocab=dict(ids), merges=list(merges)))
    pieces.add_special_tokens([*SPECIAL])
    pieces.pre_tokenizer = ByteLevel(add_prefix_space=False)
    pieces.post_processor = RobertaProcessing(("</s>", ids["</s>"]), ("<s>", ids["<s>"]))
    pieces.enable_truncation(CONTEXT)
    pieces.enable_padding(pad_id=ids["<pad>"], pad_token="<pad>", length=CONTEXT)
    return ClapTokenizer(pieces)


def read_tokenizer(vocabulary: Path, merges: Path) -> ClapTokenizer:
    """Return the tokenizer of RoBERTa's published files, `vocab.json` and `merges.txt`.

    Raises:
        SfbenchError: A file cannot be read, or is another network's or smaller than RoBERTa's.
    """
    ids, pairs = _ids(vocabulary), _pairs(merges)
    unknown = next((pair for pair in pairs if not {*pair, "".join(pair)} <= ids.keys()), None)
    if unknown is not None:
        raise SfbenchError(f"{merges} joins {' and '.join(unknown)}, of which {vocabulary} lacks")
    return clap_tokenizer(ids, pairs)


def _ids(path: Path) -> dict[str, int]:
    try:
        ids = msgspec.json.decode(path.read_bytes(), type=dict[str, int])
    except (OSError, msgspec.MsgspecError) as error:
        raise SfbenchError(f"{path} is no vocabulary ({error}); fetch it again") from None
    if sorted(ids.values()) != list(range(VOCABULARY)):
        raise SfbenchError(
            f"{path} holds {len(ids)} pieces, RoBERTa's are {VOCABULARY}; fetch it again"
        )
    if not SPECIAL.items() <= ids.items():
        raise SfbenchError(f"{path} has other special pieces than RoBERTa; fetch it again")
    return ids


def _pairs(path: Path) -> list[Pair]:
    try:
        lines = path.read_text("utf-8").split("\n")[1:]  # the first line is a version
    except (OSError, UnicodeDecodeError) as error:
        raise SfbenchError(f"{path} cannot be read ({error}); fetch it again") from None
    split = (line.split(" ") for line in lines)
    pairs = list(dict.fromkeys((pair[0], pair[1]) for pair in split if len(pair) == 2))
    if len(pairs) != MERGES:
        raise SfbenchError(f"{path} holds {len(pairs)} merges, not {MERGES}; fetch it again")
    return pairs
