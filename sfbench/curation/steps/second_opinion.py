"""Asks another network whether the label is heard: evidence only; keeps every clip."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from sfbench.curation.recipe import Recipe
from sfbench.curation.rules.second_opinion import SecondOpinionRule
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps import grounding
from sfbench.curation.steps.label import unlabelled
from sfbench.encoders.extractor import Samples
from sfbench.encoders.likeness import Cosines, Likeness, likenesses
from sfbench.encoders.threads import one_thread_in_workers
from sfbench.errors import Reason, SfbenchError

NAME = "second_opinion"


@dataclass(frozen=True, slots=True)
class SecondOpinionStep:
    """Compares the label's prompt with the sound, window by window."""

    recipe: Recipe
    name: str = NAME
    needs_media: bool = True

    def __post_init__(self) -> None:
        self.rule.check()

    @property
    def rule(self) -> SecondOpinionRule:
        """What is asked.

        Raises:
            SfbenchError: The recipe does not say.
        """
        return self.recipe.stated(NAME, SecondOpinionRule)

    def idle(self, candidates: Sequence[Candidate]) -> str | None:
        """Return a sentence where no clip has a label to listen for, else None."""
        return unlabelled(self.name, candidates)

    def rates(self) -> tuple[int, ...]:
        """Return the rate that the network hears at, in Hz.

        Raises:
            SfbenchError: Its weights, or a package, are not on this machine.
        """
        try:
            return (_opened(self.rule.encoder).rate,)
        except SfbenchError as error:
            raise SfbenchError(f"{error}\nor take {NAME} out of the recipe's steps") from None

    def remarks(self, candidates: Sequence[Candidate]) -> list[str]:
        """Return by what the label counts as heard, and who is not asked.

        Raises:
            SfbenchError: Its weights, or a package, are not on this machine.
        """
        said = f"second opinion: {self.rule}, by {_opened(self.rule.encoder).signature}"
        before = self.recipe.steps[: self.recipe.steps.index(NAME)]
        if grounding.NAME not in before:
            return [said]
        return [said, f"clips that {grounding.NAME} drops have no {NAME}: it stands after it"]

    def keep(self, draft: Draft) -> Reason | None:
        """Return None; what was measured goes to the evidence."""
        if draft.media is None:
            raise ValueError(f"the {NAME} step needs decoded media")
        row = self.recipe.row(draft.candidate.label)
        if row is None or not row.prompt:
            return None
        likeness = _opened(self.rule.encoder)
        heard = windows(draft.media.sound[likeness.rate], likeness.rate, self.rule)
        measured = measure(likeness(heard, row.prompt), self.rule)
        draft.evidence[NAME] = {**measured, "prompt": row.prompt, "encoder": likeness.signature}
        return None


def windows(sound: Samples, rate: int, rule: SecondOpinionRule) -> list[Samples]:
    """Return the windows of a sound, [n] each; the last one ends with the sound.

    A sound that is shorter than a window is one; a sound without samples has none.
    """
    length = min(len(sound), round(rule.window * rate))
    if not length:
        return []
    last = len(sound) - length
    return [
        sound[begin : begin + length] for begin in [*range(0, last, round(rule.hop * rate)), last]
    ]


def measure(cosines: Cosines, rule: SecondOpinionRule) -> dict[str, Any]:
    """Return the cosines of a clip's windows, their largest and mean, and what follows from them.

    None stands for what a clip without samples has not.
    """
    if not len(cosines):
        return {"max": None, "mean": None, "share": None, "heard": None, "windows": []}
    rounded = np.round(cosines.astype(np.float64), 3)
    share = float(np.mean(rounded >= rule.alike))
    return {
        "max": float(rounded.max()),
        "mean": round(float(rounded.mean()), 3),
        "share": round(share, 3),
        "heard": share >= rule.share,
        "windows": rounded.tolist(),
    }


@cache
def _opened(encoder: str) -> Likeness:
    """Return a network, opened once in a process."""
    one_thread_in_workers()
    return likenesses[encoder]("cpu")
