"""The clips that a page shows, dataset by dataset."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sfbench.executor import Stage
from sfbench.leaderboard.board import Leaderboard, Table
from sfbench.leaderboard.page.choose import choose, hardness
from sfbench.leaderboard.page.embed import embed, without_media
from sfbench.leaderboard.page.panel import ClipMetric, Panel, Scenes, Source, job, panel
from sfbench.leaderboard.runs import Run
from sfbench.leaderboard.wording import arrow, decimals
from sfbench.progress import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """The clips of one dataset that the page shows.

    Attributes:
        title: Dataset and split.
        metrics: The metrics that are known by clip.
        panels: The clips.
        total: How many clips there are.
        absent: What cannot be shown, and why.
    """

    title: str
    metrics: tuple[ClipMetric, ...]
    panels: tuple[Panel, ...]
    total: int
    absent: tuple[str, ...]


def galleries(
    board: Leaderboard, runs: Iterable[Run], count: int, watch: Watch
) -> tuple[Gallery, ...]:
    """Return a gallery of at most `count` clips for every dataset of the leaderboard."""
    by_result = {id(run.result): run for run in runs}
    datasets: dict[tuple[str, str], list[Table]] = {}
    for table in board.tables:
        key = (table.dataset.manifest_sha256, table.dataset.split)
        datasets.setdefault(key, []).append(table)
    return tuple(
        _gallery(
            tables[0],
            [by_result[id(row.result)] for table in tables for row in table.rows],
            count,
            watch,
        )
        for tables in datasets.values()
    )


def _gallery(table: Table, runs: Sequence[Run], count: int, watch: Watch) -> Gallery:
    scenes = _scenes(runs)
    ids = {identity for source in scenes.sources for identity in source.scores}
    ids |= {identity for run in runs for identity in run.takes}
    chosen = choose(sorted(ids), hardness(runs), count)
    return Gallery(
        title=f"{table.dataset.name}, {table.dataset.split} split",
        metrics=scenes.metrics,
        panels=tuple(_panels(scenes, chosen, watch)),
        total=len(ids),
        absent=tuple(_absent(runs)),
    )


def _scenes(runs: Sequence[Run]) -> Scenes:
    dataset = next((run.dataset for run in runs if run.dataset), None)
    systems = [Source(run=run, scores={clip.id: clip for clip in run.clips}) for run in runs]
    systems.sort(key=lambda source: not source.original)
    if dataset is not None and not any(source.original for source in systems):
        systems.insert(0, Source(run=None, scores={}))
    return Scenes(
        sources=tuple(systems),
        metrics=tuple(_metrics(runs)),
        dataset=dataset,
        clips={clip.id: clip for clip in dataset.clips} if dataset else {},
    )


def _metrics(runs: Sequence[Run]) -> Iterable[ClipMetric]:
    arrows = {
        score.metric: arrow(score.higher_is_better) for run in runs for score in run.result.scores
    }
    clips = [clip for run in runs for clip in run.clips]
    for name in dict.fromkeys(name for clip in clips for name in clip.metrics):
        values = [clip.metrics[name].value for clip in clips if name in clip.metrics]
        yield ClipMetric(name=name, arrow=arrows.get(name, ""), decimals=decimals(values))


def _panels(scenes: Scenes, chosen: dict[str, bool], watch: Watch) -> Iterable[Panel]:
    """Return the panels; media are decoded in workers, where a bad file costs its clip alone."""
    stage = Stage("page", embed)
    outcomes = stage.run(map(partial(job, scenes), chosen))
    watched = watch(outcomes, len(chosen), "page")
    for (identity, hard), outcome in zip(chosen.items(), watched, strict=True):
        media = outcome.value or without_media(outcome.item, str(outcome.reason))
        yield panel(scenes, identity, hard, media)


def _absent(runs: Sequence[Run]) -> Iterable[str]:
    for run in runs:
        if run.absent:
            yield f"{run.result.model}: {run.absent}"
        if not run.takes:
            yield f"{run.result.model}: there is no takes.jsonl, so its sounds cannot be played"
