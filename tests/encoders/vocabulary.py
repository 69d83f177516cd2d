"""A vocabulary of CLIP with the merges that the golden labels need, and made-up ones."""

import gzip
import json
from pathlib import Path

from sfbench.encoders.clip.tokens import Pair
from tests.golden import rule

MERGES = 48_894


def merges() -> dict[Pair, int]:
    """Return rank by pair for the merges that occur in the golden labels."""
    ranks = json.loads((rule.FOLDER / "clip-vocabulary.json").read_text())
    return {tuple(pair.split()): rank for pair, rank in ranks.items()}


def write_vocabulary(path: Path, count: int = MERGES) -> Path:
    """Write a file in the published layout: a version, then a merge a line, then more lines."""
    lines = [f"made-up{rank} made-up" for rank in range(count)]
    for (first, second), rank in merges().items():
        if rank < count:
            lines[rank] = f"{first} {second}"
    text = "\n".join(["#version: 0.2", *lines, "left over" if count == MERGES else "", ""])
    path.write_bytes(gzip.compress(text.encode()))
    return path
