"""Keeps clips in which the label's sound is heard for long enough.

Source: the paper's section II-D, second filter: text-to-audio grounding drops clips whose sound
does not match. Its checkpoint and threshold are not published.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sfbench.curation.recipe import Recipe
from sfbench.curation.rules.grounding import GroundingRule
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps.label import unlabelled
from sfbench.encoders.grounding.grounder import FRAMES_PER_SECOND, Grounded, Grounder, grounders
from sfbench.encoders.grounding.pooling import active, coverage, pooled
from sfbench.encoders.threads import one_thread_in_workers
from sfbench.errors import Reason, SfbenchError

NAME = "grounding"

_UNHEARD = "or curate without listening: sfbench curate --recipe basic"


@dataclass(frozen=True, slots=True)
class GroundingStep:
    """Asks a grounding network for the label's prompt; keeps what is heard surely and long."""

    recipe: Recipe
    name: str = NAME
    needs_media: bool = True

    def __post_init__(self) -> None:
        self.rule.check()

    @property
    def rule(self) -> GroundingRule:
        """The recipe's thresholds.

        Raises:
            SfbenchError: The recipe states none.
        """
        return self.recipe.stated(NAME, GroundingRule)

    def idle(self, candidates: Sequence[Candidate]) -> str | None:
        """Return a sentence where no clip has a label to listen for, else None."""
        return unlabelled(self.name, candidates)

    def rates(self) -> tuple[int, ...]:
        """Return the rate that the network hears at, in Hz.

        Raises:
            SfbenchError: Its weights, or torch, are not on this machine.
        """
        try:
            return (_opened(self.rule.encoder).rate,)
        except SfbenchError as error:
            raise SfbenchError(f"{error}\n{_UNHEARD}") from None

    def remarks(self, candidates: Sequence[Candidate]) -> list[str]:
        """Return the thresholds and how they were chosen, and which words are not known.

        Raises:
            SfbenchError: Its weights, or torch, are not on this machine.
        """
        grounder, clips = _opened(self.rule.encoder), Counter(one.label for one in candidates)
        kept = [row for row in self.recipe.labels.rows if row.fate in self.recipe.labels.keep]
        missed = [
            f"{', '.join(unknown)} of {row.prompt!r} ({clips[row.label]} clips)"
            for row in kept
            if clips[row.label] and (unknown := grounder.unknown_words(row.prompt))
        ]
        ignorance = [f"{grounder.name} does not know {'; '.join(missed)}"] if missed else []
        return [f"{self.rule} by {grounder.signature}", *ignorance]

    def keep(self, draft: Draft) -> Reason | None:
        """Return None if the label is heard; what was measured goes to the evidence."""
        if draft.media is None:
            raise ValueError("the grounding step needs decoded media")
        row = self.recipe.row(draft.candidate.label)
        if row is None or not row.prompt:
            detail = f"no words to ask for {draft.candidate.label!r} stand in the label table"
            return Reason(NAME, "no-prompt", detail)
        grounder = _opened(self.rule.encoder)
        unknown = grounder.unknown_words(row.prompt)
        if _known(row.prompt, unknown) < self.rule.known_words:
            detail = f"{grounder.name} does not know {', '.join(unknown)} of {row.prompt!r}"
            return Reason(NAME, "prompt-unknown", detail)
        (grounded,) = grounder([draft.media.sound[grounder.rate]], [row.prompt])
        measured = measure(grounded, self.rule)
        draft.evidence[NAME] = {**measured, "prompt": row.prompt, "encoder": grounder.signature}
        return verdict(measured, self.rule)


def measure(grounded: Grounded, rule: GroundingRule) -> dict[str, Any]:
    """Return score, coverage, runs in seconds and unknown words of the first prompt."""
    (curve, *_), (unknown, *_) = grounded.scores, grounded.unknown
    there = coverage(active(curve, rule.begin, rule.go_on), FRAMES_PER_SECOND)
    return {
        "score": round(pooled(curve), 3),
        "coverage": round(there.share, 3),
        "runs": [[round(begin, 2), round(end, 2)] for begin, end in there.runs],
        "unknown": list(unknown),
    }


def verdict(measured: dict[str, Any], rule: GroundingRule) -> Reason | None:
    """Return None if what was measured reaches both thresholds, else which it fails."""
    for quantity, least in (("score", rule.score), ("coverage", rule.coverage)):
        if measured[quantity] < least:
            detail = f"{quantity} {measured[quantity]:g} < {least:.2f}"
            return Reason(NAME, "label-not-heard", detail)
    return None


def _known(prompt: str, unknown: tuple[str, ...]) -> float:
    """Return the share of a prompt's words that are known."""
    return 1 - len(unknown) / len(prompt.split())


@cache
def _opened(encoder: str) -> Grounder:
    """Return a grounder, opened once in a process."""
    one_thread_in_workers()
    return grounders[encoder]("cpu")
