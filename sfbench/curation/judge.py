"""Judges clips one by one, and remembers each verdict, so that killed work goes on."""

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sfbench.curation.acquire.halt import Halt
from sfbench.curation.examine import STAGE, STAGING, Verdict, examination
from sfbench.curation.how import How
from sfbench.curation.recipe import Recipe
from sfbench.curation.settle import ASIDE
from sfbench.curation.source import Candidate, Source
from sfbench.curation.step import Step
from sfbench.journal import Journal, finished, read_journal

JOURNALS = "journal*.jsonl"

Verdicts = dict[str, Verdict]  # by id


def begun(out: Path) -> bool:
    """Say whether a dataset folder holds a journal."""
    return any(out.glob(JOURNALS))


def remember(out: Path, asked: str, how: How) -> Verdicts:
    """Return what earlier processes judged, in all journals of a dataset folder.

    Raises:
        SfbenchError: A journal belongs to other work.
    """
    again = partial(_gone, out=out) if how.merge else partial(_again, out=out, how=how)
    known: Verdicts = {}
    for path in sorted(out.glob(JOURNALS)):
        for key, verdict in finished(path, read_journal(path, asked), Verdict, again).items():
            if key not in known or _worth(verdict) >= _worth(known[key]):
                known[key] = verdict
    return known


def judge(
    todo: Sequence[Candidate],
    recipe: Recipe,
    source: Source,
    chosen: Sequence[Step],
    out: Path,
    asked: str,
    how: How,
) -> Verdicts:
    """Return the verdicts on clips; each is in the journal before the next one is waited for.

    Raises:
        SfbenchError: The journal belongs to other work or is in use, or downloads had to be
            stopped.
    """
    staging, halt = out / STAGING / how.shard.named("part"), Halt()
    verdicts: Verdicts = {}
    with Journal(out / how.shard.named("journal", ".jsonl"), asked) as journal:
        shutil.rmtree(staging, ignore_errors=True)
        stage = examination(recipe, source, chosen, out.resolve(), staging.resolve())
        outcomes = stage.run(halt.until(todo), how.workers, engine=how.engine)
        for outcome in how.watch(outcomes, len(todo), "curate"):
            if halt.at(outcome.reason):
                continue
            verdict = outcome.value or Verdict(
                id=outcome.item.id, label=outcome.item.label, reason=outcome.reason
            )
            journal.append(verdict)
            verdicts[verdict.id] = verdict
        shutil.rmtree(staging, ignore_errors=True)
    halt.check(len(todo), len(verdicts))
    return verdicts


def _worth(verdict: Verdict) -> int:
    """Return which of two verdicts on a clip counts: a kept clip, then a reason that is final."""
    if verdict.clip is not None:
        return 2
    return int(verdict.reason is None or not verdict.reason.retryable)


def _again(verdict: Verdict, out: Path, how: How) -> bool:
    """Say whether a clip must be judged again: its media is gone, or another try may do better."""
    if verdict.reason is None:
        return _gone(verdict, out)
    return verdict.reason.retryable or (how.retry_failed and verdict.reason.step == STAGE)


def _gone(verdict: Verdict, out: Path) -> bool:
    if verdict.clip is None:
        return False
    return not any((place / verdict.clip.video).is_file() for place in (out, out / ASIDE))
