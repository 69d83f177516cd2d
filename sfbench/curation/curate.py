"""Source → steps → split → dataset: the story of `sfbench curate`."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sfbench import store
from sfbench.curation.dataset import write_dataset
from sfbench.curation.examine import STAGING, Verdict, examination
from sfbench.curation.funnel import Funnel, funnel_of
from sfbench.curation.recipe import Recipe
from sfbench.curation.source import Candidate, Source
from sfbench.curation.step import Draft, Step, steps
from sfbench.errors import Reason, SfbenchError
from sfbench.journal import Journal
from sfbench.progress import Watch, quiet


@dataclass(frozen=True, slots=True)
class Curation:
    """What a curation came to.

    Attributes:
        funnel: How many clips each step dropped, and why.
        manifest_sha256: Hash of the manifest; None after a dry run.
        notes: Sentences for the user.
    """

    funnel: Funnel
    manifest_sha256: str | None
    notes: list[str]


def curate(
    recipe: Recipe, source: Source, out: Path, *, workers: int | None = None, watch: Watch = quiet
) -> Curation:
    """Make a dataset folder of the clips that pass every step.

    A journal in `out` remembers each finished clip, so that a killed curation goes on where it
    stopped; the same recipe and the same inputs give the same bytes.

    Raises:
        SfbenchError: `out` holds other work, or no clip was kept.
    """
    candidates = list(source.candidates())
    chosen, notes = _choose_steps(recipe, candidates)
    asked = store.fingerprint({"recipe": recipe.sha256, "source": source.identity})
    with Journal(out / "journal.jsonl", asked) as journal:
        shutil.rmtree(out / STAGING, ignore_errors=True)
        done = journal.finished(Verdict, partial(_again, out=out))
        todo = [candidate for candidate in candidates if candidate.id not in done]
        stage = examination(recipe, source, chosen, out)
        for outcome in watch(stage.run(todo, workers), len(todo), "curate"):
            verdict = outcome.value or Verdict(
                id=outcome.item.id, label=outcome.item.label, reason=outcome.reason
            )
            journal.append(verdict)
            done[verdict.id] = verdict
        shutil.rmtree(out / STAGING, ignore_errors=True)
    verdicts = [done[candidate.id] for candidate in candidates]
    funnel = funnel_of(verdicts, [step.name for step in chosen])
    manifest_sha256 = write_dataset(out, recipe, source, verdicts, funnel, notes)
    if not funnel.kept:
        raise SfbenchError(f"no clip was kept; {out}/rejected.jsonl says why\n{funnel}")
    return Curation(funnel, manifest_sha256, notes)


def foresee(recipe: Recipe, source: Source) -> Curation:
    """Return the funnel of the steps that need no media; nothing is fetched or written."""
    candidates = list(source.candidates())
    chosen, notes = _choose_steps(recipe, candidates)
    early = [step for step in chosen if not step.needs_media]
    verdicts = [
        Verdict(id=candidate.id, reason=_first_reason(early, candidate)) for candidate in candidates
    ]
    funnel = funnel_of(verdicts, [step.name for step in early])
    late = ", ".join(step.name for step in chosen if step.needs_media) or "none"
    return Curation(funnel, None, [*notes, f"steps that need media were not run: {late}"])


def _first_reason(early: Iterable[Step], candidate: Candidate) -> Reason | None:
    reasons = (step.keep(Draft(candidate)) for step in early)
    return next((reason for reason in reasons if reason is not None), None)


def _choose_steps(recipe: Recipe, candidates: Sequence[Candidate]) -> tuple[list[Step], list[str]]:
    """Return the recipe's steps, without the label step where no clip has a label."""
    names, notes = list(recipe.steps), []
    if "label" in names and not any(candidate.label for candidate in candidates):
        names.remove("label")
        notes.append("the source names no labels: the label step was skipped")
    return [steps[name](recipe) for name in names], notes


def _again(verdict: Verdict, out: Path) -> bool:
    """Say whether a clip must be judged again: its media is gone, or another try may do better."""
    if verdict.clip is not None:
        return not (out / verdict.clip.video).is_file()
    return verdict.reason is not None and verdict.reason.retryable
