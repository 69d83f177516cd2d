"""A vocabulary of RoBERTa in its published form: all bytes, a few words, and pairs of bytes."""

import json
from itertools import islice, product
from pathlib import Path

from tokenizers.pre_tokenizers import ByteLevel

from sfbench.encoders.clap.tokens import MERGES, VOCABULARY, Pair

BYTES = sorted(ByteLevel.alphabet())
WORDS: tuple[Pair, ...] = (("a", "b"), ("ab", "c"), ("Ġ", "ab"))


def vocabulary(merges: list[Pair], pieces: int) -> dict[str, int]:
    """Return the ids of so many pieces: special ones, bytes, merged and made-up ones."""
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    known = [*special, *BYTES, *map("".join, merges)]
    made_up = [f"madeupword{number:04d}" for number in range(pieces - len(known) - 1)]
    return {piece: number for number, piece in enumerate([*known, *made_up, "<mask>"])}


def small() -> tuple[dict[str, int], list[Pair]]:
    """Return ids and merges of the bytes and the words alone."""
    return vocabulary(list(WORDS), 0), list(WORDS)


def full() -> tuple[dict[str, int], list[Pair]]:
    """Return ids and merges in their published numbers."""
    pairs = (pair for pair in product(BYTES, BYTES) if pair not in WORDS)
    merges = [*WORDS, *islice(pairs, MERGES - len(WORDS))]
    return vocabulary(merges, VOCABULARY), merges


def write(folder: Path, ids: dict[str, int], merges: list[Pair]) -> tuple[Path, Path]:
    """Write `vocab.json` and `merges.txt`; return their paths."""
    pieces, joined = folder / "vocab.json", folder / "merges.txt"
    pieces.write_text(json.dumps(ids))
    lines = ["#version: 0.2", *(f"{first} {second}" for first, second in merges), ""]
    joined.write_text("\n".join(lines), "utf-8")
    return pieces, joined
