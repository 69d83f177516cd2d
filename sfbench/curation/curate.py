"""Source → steps → split → dataset: the story of `sfbench curate`."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path

from sfbench import store
from sfbench.curation.acquire_halt import Halt
from sfbench.curation.dataset import write_dataset
from sfbench.curation.examine import STAGE, STAGING, Verdict, examination
from sfbench.curation.funnel import Funnel, funnel_of
from sfbench.curation.recipe import Recipe
from sfbench.curation.source import Candidate, Listed, Source
from sfbench.curation.step import Draft, Step, steps
from sfbench.errors import Reason, SfbenchError
from sfbench.journal import Journal
from sfbench.progress import Watch, quiet

JOURNAL = "journal.jsonl"


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
    recipe: Recipe,
    source: Source,
    out: Path,
    *,
    workers: int | None = None,
    retry_failed: bool = False,
    watch: Watch = quiet,
) -> Curation:
    """Make a dataset folder of the clips that pass every step.

    A journal in `out` remembers each clip whose media were looked at, so that a killed curation
    goes on where it stopped; the same recipe and the same inputs give the same bytes.

    Args:
        recipe: What to decide by.
        source: Where clips come from.
        out: The dataset folder.
        workers: Worker processes; one per core when None.
        retry_failed: Whether to try again clips whose media could not be had or decoded, those
            that failed for good, too. Those that may do better are tried again in any case.
        watch: Shows progress.

    Raises:
        SfbenchError: `out` holds other work, no wanted clip has media, downloads had to be stopped,
            or no clip was kept.
    """
    candidates = list(source.candidates())
    chosen, notes = _choose_steps(recipe, source, candidates)
    early = list(takewhile(lambda step: not step.needs_media, chosen))
    dropped, missing = _judge_unseen(early, candidates)
    if missing and len(dropped) + len(missing) == len(candidates) and not _begun(out):
        raise SfbenchError(_nothing_to_see(missing))
    asked = store.fingerprint({"recipe": recipe.sha256, "source": source.identity})
    with Journal(out / JOURNAL, asked) as journal:
        shutil.rmtree(out / STAGING, ignore_errors=True)
        again = partial(_again, out=out, retry_failed=retry_failed)
        done = missing | journal.finished(Verdict, again) | dropped
        todo = [candidate for candidate in candidates if candidate.id not in done]
        stage, halt = examination(recipe, source, chosen, out), Halt()
        for outcome in watch(stage.run(halt.until(todo), workers), len(todo), "curate"):
            if halt.at(outcome.reason):
                continue
            verdict = outcome.value or Verdict(
                id=outcome.item.id, label=outcome.item.label, reason=outcome.reason
            )
            journal.append(verdict)
            done[verdict.id] = verdict
        shutil.rmtree(out / STAGING, ignore_errors=True)
    halt.check(len(todo), sum(one.id in done for one in todo))
    verdicts = [done[candidate.id] for candidate in candidates]
    funnel = funnel_of(verdicts, [step.name for step in chosen])
    manifest_sha256 = write_dataset(out, recipe, source, verdicts, funnel, notes)
    if not funnel.kept:
        raise SfbenchError(f"no clip was kept; {out}/rejected.jsonl says why\n{funnel}")
    return Curation(funnel, manifest_sha256, notes)


def foresee(recipe: Recipe, source: Source) -> Curation:
    """Return the funnel of the steps that need no media; nothing is fetched or written."""
    candidates = list(source.candidates())
    chosen, notes = _choose_steps(recipe, source, candidates)
    early = [step for step in chosen if not step.needs_media]
    dropped, missing = _judge_unseen(early, candidates)
    if missing and len(dropped) + len(missing) == len(candidates):
        notes.append(_nothing_to_see(missing))
        missing = {}  # so that the funnel shows what there would be
    known = missing | dropped
    verdicts = [known.get(one.id) or Verdict(id=one.id) for one in candidates]
    funnel = funnel_of(verdicts, [step.name for step in early])
    late = ", ".join(step.name for step in chosen if step.needs_media) or "none"
    return Curation(funnel, None, [*notes, f"steps that need media were not run: {late}"])


def _judge_unseen(
    early: Sequence[Step], candidates: Iterable[Candidate]
) -> tuple[dict[str, Verdict], dict[str, Verdict]]:
    """Return the verdicts on clips that steps without media drop, and on those without media.

    They cost next to nothing, so they are neither sent to workers nor journalled: a list may name
    hundreds of thousands of clips.
    """
    dropped, missing = {}, {}
    for candidate in candidates:
        draft = Draft(candidate)
        reason = _first_reason(early, draft)
        if reason is not None:
            dropped[candidate.id] = _rejection(draft, reason)
        elif candidate.missing is not None:
            missing[candidate.id] = _rejection(draft, candidate.missing)
    return dropped, missing


def _first_reason(early: Sequence[Step], draft: Draft) -> Reason | None:
    reasons = (step.keep(draft) for step in early)
    return next((reason for reason in reasons if reason is not None), None)


def _rejection(draft: Draft, reason: Reason) -> Verdict:
    candidate = draft.candidate
    return Verdict(id=candidate.id, label=candidate.label, reason=reason, evidence=draft.evidence)


def _begun(out: Path) -> bool:
    return (out / JOURNAL).exists()


def _nothing_to_see(missing: dict[str, Verdict]) -> str:
    first = next(iter(missing.values()))
    detail = first.reason.detail if first.reason else ""
    return f"none of the {len(missing)} clips with wanted labels has media: {detail}"


def _choose_steps(
    recipe: Recipe, source: Source, candidates: Sequence[Candidate]
) -> tuple[list[Step], list[str]]:
    """Return the recipe's steps, without the label step where no clip has a label, and notes."""
    names = list(recipe.steps)
    notes = list(source.notes) if isinstance(source, Listed) else []
    if "label" in names and not any(candidate.label for candidate in candidates):
        names.remove("label")
        notes.append("the source names no labels: the label step was skipped")
    return [steps[name](recipe) for name in names], notes


def _again(verdict: Verdict, out: Path, retry_failed: bool) -> bool:
    """Say whether a clip must be judged again: its media is gone, or another try may do better."""
    if verdict.clip is not None:
        return not (out / verdict.clip.video).is_file()
    reason = verdict.reason
    return reason is not None and (reason.retryable or (retry_failed and reason.step == STAGE))
