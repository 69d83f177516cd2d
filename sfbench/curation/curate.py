"""Source → steps → split → dataset: the story of `sfbench curate`."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sfbench import store
from sfbench.curation.acquire_halt import Halt
from sfbench.curation.chosen import choose_steps
from sfbench.curation.dataset import write_dataset
from sfbench.curation.examine import STAGE, STAGING, Verdict, examination
from sfbench.curation.funnel import Funnel, funnel_of
from sfbench.curation.recipe import Recipe
from sfbench.curation.settle import ASIDE, place_media, settle
from sfbench.curation.source import Candidate, Source
from sfbench.curation.step import Draft, Step
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
    chosen, notes = choose_steps(recipe, source, candidates)
    dropped, missing, _ = _judge_unseen(chosen.early, candidates)
    if missing and len(dropped) + len(missing) == len(candidates) and not _begun(out):
        raise SfbenchError(_nothing_to_see(missing))
    asked = store.fingerprint({"recipe": recipe.sha256, "source": source.identity})
    with Journal(out / JOURNAL, asked) as journal:
        shutil.rmtree(out / STAGING, ignore_errors=True)
        again = partial(_again, out=out, retry_failed=retry_failed)
        done = missing | journal.finished(Verdict, again) | dropped
        todo = [candidate for candidate in candidates if candidate.id not in done]
        stage, halt = examination(recipe, source, chosen.single, out), Halt()
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
    judged = [done[candidate.id] for candidate in candidates]
    verdicts = settle(judged, candidates, chosen.whole)
    place_media(out, judged, verdicts)
    funnel = funnel_of(verdicts, [step.name for step in chosen.early], chosen.late)
    manifest_sha256 = write_dataset(out, recipe, source, verdicts, funnel, notes)
    if not funnel.kept:
        raise SfbenchError(f"no clip was kept; {out}/rejected.jsonl says why\n{funnel}")
    return Curation(funnel, manifest_sha256, notes)


def foresee(recipe: Recipe, source: Source) -> Curation:
    """Return the funnel of the steps that need no media; nothing is fetched or written."""
    candidates = list(source.candidates())
    chosen, notes = choose_steps(recipe, source, candidates)
    blind = chosen.without_media()
    dropped, missing, passed = _judge_unseen(blind.single, candidates)
    if missing and not passed:
        notes.append(_nothing_to_see(missing))
        passed = {one: replace(verdict, reason=None) for one, verdict in missing.items()}
    known = missing | passed | dropped
    verdicts = settle([known[one.id] for one in candidates], candidates, blind.whole)
    funnel = funnel_of(verdicts, blind.names)
    late = ", ".join(name for name in chosen.names if name not in blind.names) or "none"
    return Curation(funnel, None, [*notes, f"steps that need media were not run: {late}"])


Verdicts = dict[str, Verdict]  # by id


def _judge_unseen(
    early: Sequence[Step], candidates: Iterable[Candidate]
) -> tuple[Verdicts, Verdicts, Verdicts]:
    """Return the verdicts on clips that steps without media drop, without media, and the others.

    They cost next to nothing, so they are neither sent to workers nor journalled: a list may name
    hundreds of thousands of clips.
    """
    dropped, missing, passed = {}, {}, {}
    for candidate in candidates:
        draft = Draft(candidate)
        reason = _first_reason(early, draft)
        if reason is not None:
            dropped[candidate.id] = _verdict(draft, reason)
        elif candidate.missing is not None:
            missing[candidate.id] = _verdict(draft, candidate.missing)
        else:
            passed[candidate.id] = _verdict(draft, None)
    return dropped, missing, passed


def _first_reason(early: Sequence[Step], draft: Draft) -> Reason | None:
    reasons = (step.keep(draft) for step in early)
    return next((reason for reason in reasons if reason is not None), None)


def _verdict(draft: Draft, reason: Reason | None) -> Verdict:
    candidate = draft.candidate
    return Verdict(id=candidate.id, label=candidate.label, reason=reason, evidence=draft.evidence)


def _begun(out: Path) -> bool:
    return (out / JOURNAL).exists()


def _nothing_to_see(missing: dict[str, Verdict]) -> str:
    first = next(iter(missing.values()))
    detail = first.reason.detail if first.reason else ""
    return f"none of the {len(missing)} clips with wanted labels has media: {detail}"


def _again(verdict: Verdict, out: Path, retry_failed: bool) -> bool:
    """Say whether a clip must be judged again: its media is gone, or another try may do better."""
    if verdict.clip is not None:
        places = (out, out / ASIDE)
        return not any((place / verdict.clip.video).is_file() for place in places)
    reason = verdict.reason
    return reason is not None and (reason.retryable or (retry_failed and reason.step == STAGE))
