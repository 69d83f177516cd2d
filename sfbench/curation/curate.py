"""Source → steps → split → dataset: the story of `sfbench curate`."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sfbench import store
from sfbench.curation.chosen import Chosen, choose_steps
from sfbench.curation.dataset import write_dataset
from sfbench.curation.disagreement import disagreement_notes
from sfbench.curation.examine import STAGING, Verdict
from sfbench.curation.funnel import Funnel, funnel_of
from sfbench.curation.how import How
from sfbench.curation.judge import JOURNALS, begun, judge, remember
from sfbench.curation.recipe import Recipe
from sfbench.curation.review import Decisions, Review, review_notes
from sfbench.curation.settle import place_media, settle
from sfbench.curation.source import Candidate, Source
from sfbench.curation.step import Listening, Step
from sfbench.curation.unseen import judge_unseen
from sfbench.errors import SfbenchError
from sfbench.shard import Shard

DEFAULT = How()


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
    how: How = DEFAULT,
    decisions: Decisions | None = None,
) -> Curation:
    """Make a dataset folder of the clips that pass every step.

    Journals in `out` remember each clip whose media were looked at, so that a killed curation goes
    on where it stopped; the same recipe and the same inputs give the same bytes, on every engine.
    With a shard, its clips are judged and nothing is written but its journal and media.

    Args:
        recipe: What to decide by.
        source: Where clips come from.
        out: The dataset folder.
        how: Where and by how many workers.
        decisions: What a reviewer decided.

    Raises:
        SfbenchError: `out` holds other work, no wanted clip has media, downloads had to be stopped,
            shards are not done that should be merged, or no clip was kept.
    """
    candidates = list(source.candidates())
    chosen, notes = choose_steps(recipe, source, candidates)
    judged = _judged(recipe, source, out, candidates, chosen, how)
    if not how.shard.whole:
        return _part(how.shard, judged, chosen, notes)
    notes += _remarks(chosen.single, candidates)
    chosen = _with_review(chosen, decisions)
    verdicts = settle(judged, candidates, chosen.whole)
    place_media(out, judged, verdicts)
    notes += [*disagreement_notes(verdicts), *_said(decisions, verdicts)]
    funnel = funnel_of(verdicts, [step.name for step in chosen.early], chosen.late)
    manifest_sha256 = write_dataset(out, recipe, source, verdicts, funnel, notes)
    shutil.rmtree(out / STAGING, ignore_errors=True)
    if not funnel.kept:
        raise SfbenchError(f"no clip was kept; {out}/rejected.jsonl says why\n{funnel}")
    return Curation(funnel, manifest_sha256, notes)


def _judged(
    recipe: Recipe,
    source: Source,
    out: Path,
    candidates: Sequence[Candidate],
    chosen: Chosen,
    how: How,
) -> list[Verdict]:
    """Return the verdict on every clip, or on those of the shard, by the steps of single clips."""
    dropped, missing, _ = judge_unseen(chosen.early, candidates)
    if missing and len(dropped) + len(missing) == len(candidates) and not begun(out):
        raise SfbenchError(_nothing_to_see(missing))
    asked = store.fingerprint(
        {
            "recipe": recipe.judging_sha256,
            "source": source.identity,
            "steps": [step.name for step in chosen.single],
        }
    )
    done = missing | remember(out, asked, how) | dropped
    mine = list(candidates)
    if not how.shard.whole:
        mine = list(how.shard.of([one for one in candidates if one.id not in dropped]))
    todo = [candidate for candidate in mine if candidate.id not in done]
    if how.merge and todo:
        raise SfbenchError(_not_done(todo, out))
    if not how.merge:
        done |= judge(todo, recipe, source, chosen.single, out, asked, how)
    return [done[candidate.id] for candidate in mine]


def _with_review(chosen: Chosen, decisions: Decisions | None) -> Chosen:
    """Return the steps with the reviewer's word before those of the whole set."""
    return replace(chosen, whole=[Review(decisions), *chosen.whole]) if decisions else chosen


def _said(decisions: Decisions | None, verdicts: Sequence[Verdict]) -> list[str]:
    return review_notes(decisions, verdicts) if decisions is not None else []


def _part(
    shard: Shard, judged: Sequence[Verdict], chosen: Chosen, notes: Sequence[str]
) -> Curation:
    """Return what one shard came to; steps of the whole set have had no say."""
    single = replace(chosen, whole=[])
    funnel = funnel_of(judged, [step.name for step in single.early], single.late)
    note = f"shard {shard} is judged; when all are, type the same command with --merge for --shard"
    return Curation(funnel, None, [*notes, note])


def _not_done(todo: Sequence[Candidate], out: Path) -> str:
    there = ", ".join(path.name for path in sorted(out.glob(JOURNALS))) or "none"
    return (
        f"{len(todo)} clips were judged by no shard yet, the first is {todo[0].id} (journals: "
        f"{there}); run the missing shards, or leave out --merge to judge the rest here"
    )


def foresee(recipe: Recipe, source: Source, decisions: Decisions | None = None) -> Curation:
    """Return the funnel of the steps that need no media; nothing is fetched or written."""
    candidates = list(source.candidates())
    chosen, notes = choose_steps(recipe, source, candidates)
    blind = chosen.without_media()
    dropped, missing, passed = judge_unseen(blind.single, candidates)
    if missing and not passed:
        notes.append(_nothing_to_see(missing))
        passed = {one: replace(verdict, reason=None) for one, verdict in missing.items()}
    known = missing | passed | dropped
    blind = _with_review(blind, decisions)
    verdicts = settle([known[one.id] for one in candidates], candidates, blind.whole)
    notes += _said(decisions, verdicts)
    funnel = funnel_of(verdicts, blind.names)
    late = ", ".join(name for name in chosen.names if name not in blind.names) or "none"
    return Curation(funnel, None, [*notes, f"steps that need media were not run: {late}"])


def _remarks(single: Sequence[Step], candidates: Sequence[Candidate]) -> list[str]:
    listening = [step for step in single if isinstance(step, Listening)]
    return [remark for step in listening for remark in step.remarks(candidates)]


def _nothing_to_see(missing: dict[str, Verdict]) -> str:
    first = next(iter(missing.values()))
    detail = first.reason.detail if first.reason else ""
    return f"none of the {len(missing)} clips with wanted labels has media: {detail}"
