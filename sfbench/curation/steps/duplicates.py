"""Drops clips that are copies of another one, inside a split and across train and test."""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sfbench.curation.copies import Copy, find_copies
from sfbench.curation.fingerprint import (
    RATE,
    Fingerprint,
    fingerprint,
    fingerprinting_ffmpeg,
)
from sfbench.curation.recipe import Recipe
from sfbench.curation.rules.duplicates import DuplicatesRule
from sfbench.curation.split import split_of
from sfbench.curation.step import Draft
from sfbench.errors import Reason

NAME = "duplicates"


@dataclass(frozen=True, slots=True)
class DuplicatesStep:
    """Takes fingerprints clip by clip, compares them when all clips are there.

    Of copies the test clip stays, so that train never holds what test has; inside a split the
    first id stays.
    """

    recipe: Recipe
    name: str = NAME
    needs_media: bool = True

    def __post_init__(self) -> None:
        self.rule.check()

    @property
    def rule(self) -> DuplicatesRule:
        """The recipe's thresholds.

        Raises:
            SfbenchError: The recipe states none.
        """
        return self.recipe.stated(NAME, DuplicatesRule)

    def rates(self) -> tuple[int, ...]:
        """Return the rate of fingerprints, in Hz.

        Raises:
            SfbenchError: There is no ffmpeg with Chromaprint.
        """
        fingerprinting_ffmpeg()
        return (RATE,)

    def keep(self, draft: Draft) -> Reason | None:
        """Return None; the fingerprints go to the evidence.

        Raises:
            ClipError: ffmpeg fails.
        """
        if draft.media is None:
            raise ValueError("the duplicates step needs decoded media")
        found = fingerprint(draft.media.sound[RATE], fingerprinting_ffmpeg())
        draft.evidence[NAME] = found and {"coarse": _text(found.coarse), "fine": _text(found.fine)}
        return None

    def drop(self, drafts: Sequence[Draft]) -> Mapping[str, Reason]:
        """Return the copies; evidence names them where they are not, in place of fingerprints."""
        ranked = sorted(drafts, key=self._rank)
        marked = [draft for draft in ranked if draft.evidence.get(NAME)]
        copies = find_copies([_fingerprint(draft.evidence[NAME]) for draft in marked], self.rule)
        for draft in drafts:
            compared = bool(draft.evidence.get(NAME))
            draft.evidence[NAME] = {"compared": compared, "copies": []}
        for place in sorted(copies, key=lambda place: marked[place].candidate.id):
            marked[copies[place].of].evidence[NAME]["copies"].append(marked[place].candidate.id)
        return {
            marked[place].candidate.id: _reason(copy, marked[copy.of])
            for place, copy in copies.items()
        }

    def _rank(self, draft: Draft) -> tuple[bool, str]:
        split = split_of(draft.candidate, self.recipe.split)
        return split != "test", draft.candidate.id


def _reason(copy: Copy, original: Draft) -> Reason:
    detail = (
        f"copy of {original.candidate.id}: {copy.similarity:.0%} of the bits agree "
        f"at {copy.shift:+.2f} s"
    )
    return Reason(NAME, "duplicate", detail)


def _fingerprint(evidence: Mapping[str, Any]) -> Fingerprint:
    coarse, fine = (b64decode(evidence[name]) for name in ("coarse", "fine"))
    return Fingerprint(np.frombuffer(coarse, "<u4"), np.frombuffer(fine, "<u8"))


def _text(words: NDArray[np.unsignedinteger[Any]]) -> str:
    return b64encode(words.tobytes()).decode()
