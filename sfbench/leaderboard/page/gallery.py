"""The clips that a page shows, dataset by dataset."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sfbench.executor import Stage
from sfbench.leaderboard.board import Leaderboard, Table
from sfbench.leaderboard.explained import figure_bytes, find_explained
from sfbench.leaderboard.page.choose import choose, hardness
from sfbench.leaderboard.page.embed import data_uri, embed, without_media
from sfbench.leaderboard.page.panel import ClipMetric, Panel, Plate, Scenes, Source, job, panel
from sfbench.leaderboard.runs import Run
from sfbench.leaderboard.wording import arrow, decimals
from sfbench.manifest import Manifest
from sfbench.progress import Watch
from sfbench.result import DatasetRef, ProtocolRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """The clips of one dataset that the page shows.

    Attributes:
        dataset: The dataset and its split.
        metrics: The metrics that are known by clip.
        panels: The clips.
        total: How many clips there are.
        absent: What cannot be shown, and why.
    """

    dataset: DatasetRef
    metrics: tuple[ClipMetric, ...]
    panels: tuple[Panel, ...]
    total: int
    absent: tuple[str, ...]

    @property
    def title(self) -> str:
        """Dataset and split."""
        return f"{self.dataset.name}, {self.dataset.split} split"

    @property
    def protocols(self) -> int:
        """By how many protocols its clips were measured."""
        return len({metric.protocol for metric in self.metrics})


def galleries(
    board: Leaderboard, runs: Iterable[Run], count: int, watch: Watch
) -> tuple[Gallery, ...]:
    """Return a gallery for every dataset of the leaderboard.

    It has at most `count` clips, and those that `explain` drew.
    """
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
    ids = {clip.id for run in runs for clip in run.clips}
    ids |= {identity for run in runs for identity in run.takes}
    drawn = dict.fromkeys(sorted(ids & scenes.plates.keys()), False)
    chosen = dict(sorted((drawn | choose(sorted(ids), hardness(runs), count)).items()))
    return Gallery(
        dataset=table.dataset,
        metrics=scenes.metrics,
        panels=tuple(_panels(scenes, chosen, watch)),
        total=len(ids),
        absent=tuple(_absent(runs)),
    )


def _scenes(runs: Sequence[Run]) -> Scenes:
    dataset = next((run.dataset for run in runs if run.dataset), None)
    systems = _systems(runs)
    systems.sort(key=lambda source: not source.original)
    if dataset is not None and not any(source.original for source in systems):
        systems.insert(0, Source(run=None, scores={}))
    return Scenes(
        sources=tuple(systems),
        metrics=tuple(_metrics(runs)),
        dataset=dataset,
        clips={clip.id: clip for clip in dataset.clips} if dataset else {},
        plates=_plates(runs, dataset) if dataset else {},
    )


def _plates(runs: Sequence[Run], dataset: Manifest) -> dict[str, tuple[Plate, ...]]:
    """Return what `explain` drew of the dataset's clips and these runs, by clip."""
    return {
        identity: tuple(
            Plate(picture=data_uri("image/png", data), caption=drawing.caption)
            for drawing in explained.drawings
            if (data := figure_bytes(folder, drawing)) is not None
        )
        for identity, (folder, explained) in find_explained(runs, dataset).items()
    }


def _systems(runs: Iterable[Run]) -> list[Source]:
    """Return one source for all runs of the same takes."""
    by_folder: dict[Path, list[Run]] = {}
    for run in runs:
        by_folder.setdefault(run.folder, []).append(run)
    return [
        Source(
            run=of_takes[0],
            scores={run.result.protocol: {c.id: c for c in run.clips} for run in of_takes},
        )
        for of_takes in by_folder.values()
    ]


def _metrics(runs: Sequence[Run]) -> Iterable[ClipMetric]:
    for protocol in dict.fromkeys(run.result.protocol for run in runs):
        yield from _of_protocol([run for run in runs if run.result.protocol == protocol], protocol)


def _of_protocol(runs: Sequence[Run], protocol: ProtocolRef) -> Iterable[ClipMetric]:
    arrows = {
        score.metric: arrow(score.higher_is_better) for run in runs for score in run.result.scores
    }
    clips = [clip for run in runs for clip in run.clips]
    for name in dict.fromkeys(name for clip in clips for name in clip.metrics):
        values = [clip.metrics[name].value for clip in clips if name in clip.metrics]
        yield ClipMetric(
            name=name,
            protocol=protocol,
            arrow=arrows.get(name, ""),
            decimals=decimals(values),
        )


def _panels(scenes: Scenes, chosen: dict[str, bool], watch: Watch) -> Iterable[Panel]:
    """Return the panels; media are decoded in workers, where a bad file costs its clip alone."""
    stage = Stage("page", embed)
    outcomes = stage.run(map(partial(job, scenes), chosen))
    watched = watch(outcomes, len(chosen), "page")
    for (identity, hard), outcome in zip(chosen.items(), watched, strict=True):
        media = outcome.value or without_media(outcome.item, str(outcome.reason))
        yield panel(scenes, identity, hard, media)


def _absent(runs: Sequence[Run]) -> Iterable[str]:
    for run in {run.folder: run for run in runs}.values():
        if run.absent:
            yield f"{run.result.model}: {run.absent}"
        if not run.takes:
            yield f"{run.result.model}: there is no takes.jsonl, so its sounds cannot be played"
