"""Keeps clips of the splits that the recipe asks for, before anything of the others is fetched."""

from dataclasses import dataclass

from sfbench.curation.recipe import Recipe
from sfbench.curation.split import split_of
from sfbench.curation.step import Draft
from sfbench.errors import Reason

NAME = "split"


@dataclass(frozen=True, slots=True)
class SplitStep:
    """Keeps one split where only that one is wanted, such as the test clips of a benchmark."""

    recipe: Recipe
    name: str = NAME
    needs_media: bool = False

    def keep(self, draft: Draft) -> Reason | None:
        """Return None if the recipe keeps the clip's split, else which one it is of."""
        rule = self.recipe.split
        split = split_of(draft.candidate, rule)
        if split in rule.keep:
            return None
        return Reason(self.name, f"split-{split}", f"kept are {', '.join(rule.keep)}")
