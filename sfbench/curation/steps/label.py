"""Keeps clips whose label promises a continuous sound."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sfbench.curation.labels import LabelRow
from sfbench.curation.recipe import Recipe
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.errors import Reason

NAME = "label"


@dataclass(frozen=True, slots=True)
class LabelStep:
    """Keeps the labels whose fate the recipe keeps (the paper's section II-D, first filter)."""

    recipe: Recipe
    name: str = NAME
    needs_media: bool = False
    _reasons: dict[str, Reason | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        reasons = {row.label: _reason(row, self.recipe) for row in self.recipe.labels.rows}
        object.__setattr__(self, "_reasons", reasons)

    def idle(self, candidates: Sequence[Candidate]) -> str | None:
        """Return a sentence where no clip has a label, else None."""
        return unlabelled(self.name, candidates)

    def keep(self, draft: Draft) -> Reason | None:
        """Return None if the recipe keeps the clip's label, else why it does not."""
        label = draft.candidate.label
        if label is None:
            return Reason(self.name, "no-label", "the source names no label for this clip")
        if label not in self._reasons:
            return Reason(self.name, "label-not-listed", f"{label!r} is not in the label table")
        return self._reasons[label]


def unlabelled(step: str, candidates: Sequence[Candidate]) -> str | None:
    """Return a sentence on a step that asks for labels where no clip has one, else None."""
    if any(candidate.label for candidate in candidates):
        return None
    return f"the source names no labels: the {step} step was skipped"


def _reason(row: LabelRow, recipe: Recipe) -> Reason | None:
    if row.fate in recipe.labels.keep:
        return None
    return Reason(NAME, f"label-{row.fate}", f"{row.label}: {row.reason}")
