"""Scored runs → the page of claims: the story of `sfbench claims`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import msgspec

from sfbench import store
from sfbench.encoders.cache import home_cache
from sfbench.eval.aggregate import Measured
from sfbench.eval.contrast import Contrast, contrast
from sfbench.eval.memory import Memory
from sfbench.eval.metric import CloudMetric, metrics
from sfbench.eval.protocol import IntervalRule, read_protocol
from sfbench.eval.significance import holm
from sfbench.leaderboard.claims.claim import Claims, Trial
from sfbench.leaderboard.claims.page import to_page
from sfbench.leaderboard.claims.verdict import Finding, Tested, judge
from sfbench.leaderboard.runs import Run, read_runs
from sfbench.progress import Watch, quiet

_OLD = "score them again: their rows do not say what kind of clip each is"
_GONE = "score them again: their embeddings are not on this machine"


def check_claims(
    claims: Claims, folders: Sequence[Path], out: Path, *, watch: Watch = quiet
) -> list[Tested]:
    """Write the page of claims from the runs below some folders; return what it says.

    A system with several revisions is compared in each of them.

    Args:
        claims: The claims.
        folders: Folders of scored runs.
        out: The Markdown file.
        watch: Shows progress.

    Raises:
        SfbenchError: There is no run, a result is damaged, or there is no such protocol.
    """
    rule = read_protocol(claims.protocol).interval
    # Holm's correction multiplies p by up to the number of questions: two hundred swaps of a
    # distance would leave no p small enough to be told from chance.
    rule = msgspec.structs.replace(rule, cloud_replicates=rule.replicates)
    runs = [run for run in read_runs(folders) if run.result.protocol.name == claims.protocol]
    trials = [(place, trial) for place, one in enumerate(claims.claims) for trial in one.trials]
    watched = watch(trials, len(trials), "claims")
    found = [(place, finding) for place, trial in watched for finding in _ask(trial, runs, rule)]
    safe = _corrected([finding for _, finding in found])
    tested = [
        judge(
            claim,
            [new for (at, _), new in zip(found, safe, strict=True) if at == place],
            claims.least,
        )
        for place, claim in enumerate(claims.claims)
    ]
    store.write_text(out, to_page(claims, tested))
    return tested


def _corrected(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with Holm's correction over all that were measured."""
    safe = iter(holm([one.p for one in findings if one.p is not None]))
    return [one if one.p is None else replace(one, p_holm=next(safe)) for one in findings]


def _ask(trial: Trial, runs: Sequence[Run], rule: IntervalRule) -> Iterator[Finding]:
    """Yield what every pair of runs of the trial's systems says, or that there is none."""
    pairs = [
        pair
        for pair in product(_of(trial.a, runs), _of(trial.b, runs))
        if _clips(pair[0]) == _clips(pair[1])
    ]
    if not pairs:
        absent = [name for name in (trial.a, trial.b) if not _of(name, runs)]
        lack = f"no run of {' and of '.join(absent)}" if absent else "no runs on the same clips"
        yield Finding(trial=trial, a=trial.a, b=trial.b, reason=lack)
    for first, second in pairs:
        yield _find(trial, first, second, rule)


def _of(model: str, runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.result.model == model]


def _clips(run: Run) -> tuple[str, ...]:
    dataset, protocol = run.result.dataset, run.result.protocol
    return dataset.manifest_sha256, dataset.split, protocol.sha256


def _find(trial: Trial, first: Run, second: Run, rule: IntervalRule) -> Finding:
    """Return what one pair of runs says of a trial."""
    finding = Finding(
        trial=trial,
        a=first.result.system,
        b=second.result.system,
        dataset=first.result.dataset,
        protocol=first.result.protocol,
    )
    kinds = {_kind(run, trial.metric) for run in (first, second)}
    if len(kinds) > 1 or "" in kinds:
        return replace(finding, reason="the metric is not there, or not the same in both")
    finding = replace(finding, signature=kinds.pop())
    ids = _common(trial, first, second)
    if ids is None:
        return replace(finding, reason=_OLD)
    finding = replace(finding, of=len(ids))
    own, other = (_recall(run, ids, trial.metric) for run in (first, second))
    if own is None or other is None:
        return replace(finding, reason=_GONE)
    said = contrast(trial.metric, own, other, rule)
    if not isinstance(said, Contrast):
        return replace(finding, n=said, reason=f"an interval needs {rule.min_clips} clips")
    return replace(
        finding,
        n=said.n,
        first=said.first,
        second=said.second,
        low=said.low,
        high=said.high,
        p=said.p,
    )


def _kind(run: Run, metric: str) -> str:
    """Return the metric's signature but for the clips; empty when the run does not have it."""
    return next((score.kind for score in run.result.scores if score.metric == metric), "")


def _common(trial: Trial, first: Run, second: Run) -> list[str] | None:
    """Return the clips of the trial's kind that both have; None when their kind is not known."""
    both = {clip.id for clip in first.clips} & {clip.id for clip in second.clips}
    traits = {clip.id: clip.evidence.get("traits") for clip in first.clips if clip.id in both}
    if trial.clips == "all":
        return sorted(both)
    if None in traits.values():
        return None
    return sorted(clip for clip in both if trial.takes(traits[clip] or []))


def _recall(run: Run, ids: Sequence[str], metric: str) -> Measured | None:
    """Return what was measured of some clips of a run; None when an embedding is gone."""
    if isinstance(metrics[metric], CloudMetric):
        memory = Memory.at(run.scores)
        return memory.recall(ids, home_cache()) if memory is not None else None
    clips = {clip.id: clip for clip in run.clips}
    return Measured([clips[identity] for identity in ids], {}, {})
