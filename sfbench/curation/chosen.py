"""The steps of a recipe, by what they look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from sfbench.curation.recipe import Recipe
from sfbench.curation.source import Candidate, Listed, Source
from sfbench.curation.step import Particular, SetStep, Step, steps


@dataclass(frozen=True, slots=True)
class Chosen:
    """Steps in the recipe's order.

    Attributes:
        single: Those that judge clip by clip.
        whole: Those that see the whole set, after all clips were judged.
    """

    single: list[Step]
    whole: list[SetStep]

    @property
    def early(self) -> list[Step]:
        """Steps before the first one that needs media."""
        return list(takewhile(lambda step: not step.needs_media, self.single))

    @property
    def late(self) -> list[str]:
        """Names of the steps after those, with those of the whole set last."""
        whole = [step.name for step in self.whole]
        rest = [step.name for step in self.single[len(self.early) :]]
        return [*(name for name in rest if name not in whole), *whole]

    def without_media(self) -> "Chosen":
        """Return the steps that need none."""
        return Chosen(
            [step for step in self.single if not step.needs_media],
            [step for step in self.whole if not step.needs_media],
        )

    @property
    def names(self) -> list[str]:
        """Names of all steps, in the order in which they have their say."""
        return [*(step.name for step in self.early), *self.late]


def choose_steps(
    recipe: Recipe, source: Source, candidates: Sequence[Candidate]
) -> tuple[Chosen, list[str]]:
    """Return the recipe's steps but those that have nothing to say of these clips, and notes.

    Raises:
        SfbenchError: A step is unknown, or what it needs is not on this machine.
    """
    notes = list(source.notes) if isinstance(source, Listed) else []
    made: list[Step | SetStep] = []
    for step in (steps[name](recipe) for name in recipe.steps):
        note = step.idle(candidates) if isinstance(step, Particular) else None
        if note is None:
            made.append(step)
        else:
            notes.append(note)
    single = [step for step in made if isinstance(step, Step)]
    whole = [step for step in made if isinstance(step, SetStep)]
    return Chosen(single, whole), notes
