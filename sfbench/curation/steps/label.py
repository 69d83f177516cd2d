"""Keeps clips whose label promises a continuous sound."""

from dataclasses import dataclass

from sfbench.curation.recipe import Recipe
from sfbench.curation.step import Draft
from sfbench.errors import Reason


@dataclass(frozen=True, slots=True)
class LabelStep:
    """Keeps the labels that the recipe lists (the paper's section II-D, first filter)."""

    recipe: Recipe
    name: str = "label"
    needs_media: bool = False

    def keep(self, draft: Draft) -> Reason | None:
        """Return None if the recipe lists the clip's label."""
        label = draft.candidate.label
        if label is None:
            return Reason(self.name, "no-label", "the source names no label for this clip")
        if self.recipe.family(label) is None:
            return Reason(self.name, "label-not-listed", f"{label!r} is not in the recipe")
        return None
