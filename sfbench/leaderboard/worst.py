"""The clips that each system does worst on."""

from collections import Counter
from collections.abc import Iterable, Mapping

from sfbench.leaderboard.board import CEILING, Table, Worst, WorstClip
from sfbench.leaderboard.runs import Run
from sfbench.result import Score

COUNT = 5


def worst_of(table: Table, runs: Iterable[Run]) -> tuple[Worst, ...]:
    """Return the worst clips of every system of a table, in the order of its rows and columns."""
    by_result: Mapping[int, Run] = {id(run.result): run for run in runs}
    return tuple(
        worst
        for row in table.rows
        if not row.ceiling and id(row.result) in by_result
        for worst in worst_clips(by_result[id(row.result)])
    )


def worst_clips(run: Run, count: int = COUNT) -> list[Worst]:
    """Return the clips that a run does worst on, for every metric that is known by clip.

    Only clips behind the scores count, and none that is as good as the run's best; metrics
    without such a clip are left out.
    """
    found = []
    for score in run.result.scores:
        clips = _sorted(run, score)[:count]
        if clips:
            found.append(Worst(metric=score.metric, system=run.result.system, clips=tuple(clips)))
    return found


def _sorted(run: Run, score: Score) -> list[WorstClip]:
    """Return the clips that are not as good as the best, the worst first."""
    left_out = set(run.result.left_out)
    sign = 1 if score.higher_is_better else -1
    clips = [
        WorstClip(id=clip.id, label=clip.label, value=measure.value)
        for clip in run.clips
        if (measure := clip.metrics.get(score.metric)) is not None
        and measure.value is not None
        and clip.id not in left_out
    ]
    best = max((sign * clip.value for clip in clips), default=0.0)
    worse = [clip for clip in clips if sign * clip.value < best]
    return sorted(worse, key=lambda clip: (sign * clip.value, clip.id))


def mentions(runs: Iterable[Run]) -> Counter[str]:
    """Return how often each clip is among the worst of a system by a metric; no ceiling counts."""
    return Counter(
        clip.id
        for run in runs
        if run.result.model != CEILING
        for worst in worst_clips(run)
        for clip in worst.clips
    )
