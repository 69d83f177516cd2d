"""Runs → leaderboard: systems are brought onto the same clips, compared, and reported."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from sfbench.encoders.cache import home_cache
from sfbench.eval.differ import differences
from sfbench.eval.memory import Memory, on_clips
from sfbench.leaderboard.board import CEILING
from sfbench.leaderboard.report import FORMATS, Report, report
from sfbench.leaderboard.runs import Run, read_runs
from sfbench.progress import Watch, quiet
from sfbench.result import Difference


@dataclass(frozen=True, slots=True)
class Compared:
    """Runs on their common clips, and how they differ."""

    runs: Sequence[Run]
    differences: Sequence[Difference] = ()


def compare_and_report(
    folders: Sequence[Path],
    out: Path,
    formats: Sequence[str] = FORMATS,
    *,
    watch: Watch = quiet,
) -> Report:
    """Write the leaderboard of all runs below some folders.

    Raises:
        SfbenchError: There is no run, a result is damaged, or a format is unknown.
    """
    compared = compare(read_runs(folders), watch=watch)
    return report(compared.runs, out, formats, differences=compared.differences, watch=watch)


def compare(runs: Iterable[Run], *, watch: Watch = quiet) -> Compared:
    """Return the runs scored on the clips that none of them failed, and their differences.

    Runs are compared that were measured by the same networks on the same clips; those that failed
    on too many clips to be ranked stay as they are, and so do those whose rows or embeddings are
    not on this machine.
    """
    ordered = sorted(runs, key=_context)
    parts = [_on_common_clips(list(group), watch) for _, group in groupby(ordered, key=_context)]
    return Compared(
        [run for part in parts for run in part.runs],
        [one for part in parts for one in part.differences],
    )


def _context(run: Run) -> tuple[str, ...]:
    dataset, protocol = run.result.dataset, run.result.protocol
    signatures = sorted(score.kind for score in run.result.scores)
    return (
        dataset.name,
        dataset.split,
        dataset.manifest_sha256,
        protocol.name,
        protocol.sha256,
        *signatures,
    )


def _on_common_clips(runs: Sequence[Run], watch: Watch) -> Compared:
    memories = [(run, Memory.at(run.scores)) for run in runs if run.result.rankable]
    known = [(run, memory) for run, memory in memories if memory is not None and memory.rows]
    if len(known) < 2:
        return Compared(runs)
    common = set.intersection(*(set(memory.rows) for _, memory in known))
    cache, measured, moved = home_cache(), {}, {}
    for run, memory in known:
        heard = memory.recall(common, cache)
        if heard is None:
            continue
        measured[run.result.system] = heard
        if len(common) < len(memory.rows):
            moved[run.scores] = replace(run, result=on_clips(run.result, memory, heard))
    rivals = {name: one for name, one in measured.items() if not name.startswith(f"{CEILING}@")}
    found = differences(rivals, known[0][1].protocol, watch=watch)
    return Compared([moved.get(run.scores, run) for run in runs], found)
