"""Keeps of the test split the clips that are hard, a proxy of the paper's unpublished pick."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sfbench.curation.challenge import Entrant, challenge_of, choose
from sfbench.curation.recipe import Recipe
from sfbench.curation.rules.challenge import ChallengeRule
from sfbench.curation.split import split_of
from sfbench.curation.step import Draft
from sfbench.errors import Reason

NAME = "challenge"


@dataclass(frozen=True, slots=True)
class ChallengeStep:
    """Sees the whole test split; clips for training pass."""

    recipe: Recipe
    name: str = NAME
    needs_media: bool = False

    def __post_init__(self) -> None:
        self.rule.check()

    @property
    def rule(self) -> ChallengeRule:
        """The recipe's rule.

        Raises:
            SfbenchError: The recipe states none.
        """
        return self.recipe.stated(NAME, ChallengeRule)

    def drop(self, drafts: Sequence[Draft]) -> dict[str, Reason]:
        """Return the reasons of test clips that are not chosen; scores go to the evidence."""
        test = [one for one in drafts if split_of(one.candidate, self.recipe.split) == "test"]
        entrants = {draft.candidate.id: self._entrant(draft) for draft in test}
        chosen = choose(entrants.values(), self.rule.clips, self.rule.seed)
        taken = {entrants[key].recording: key for key in chosen}
        return {
            key: _reason(one, taken.get(one.recording))
            for key, one in entrants.items()
            if key not in set(chosen)
        }

    def _entrant(self, draft: Draft) -> Entrant:
        found, candidate = challenge_of(draft.evidence, self.rule), draft.candidate
        draft.evidence[NAME] = asdict(found)
        return Entrant(
            id=candidate.id,
            family=self.recipe.family(candidate.label) or "",
            recording=candidate.recording or candidate.id,
            score=found.score,
            forced=draft.evidence.get("review", {}).get("decision") == "keep",
        )


def _reason(one: Entrant, sibling: str | None) -> Reason:
    if sibling is not None:
        return Reason(NAME, "same-recording", f"{sibling} of the same recording was chosen")
    score = "no evidence of a challenge" if one.score is None else f"challenge score {one.score:g}"
    return Reason(NAME, "not-in-challenge", f"{score}; harder clips of its family were chosen")
