"""Puts results into tables: only what is comparable stands together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from sfbench.leaderboard.board import CEILING, Cell, Column, Row, Table
from sfbench.leaderboard.wording import decimals
from sfbench.result import Result, Score


def rank(results: Iterable[Result]) -> tuple[Table, ...]:
    """Return tables of comparable systems, each sorted by its first metric.

    Rows share a table only when manifest, split, protocol and scored clips are equal. Within a
    table, a metric whose signatures differ is shown, marked by letters, and not ranked.
    """
    ordered = sorted(results, key=_place)
    contexts = [list(group) for _, group in groupby(ordered, key=_context)]
    tables = []
    for context in contexts:
        by_clips = [list(group) for _, group in groupby(context, key=lambda result: result.scored)]
        by_clips.sort(key=lambda group: (-len(group), -group[0].coverage))
        for index, group in enumerate(by_clips):
            tables.append(replace(_table(group), why=_why(index, group[0], len(contexts))))
    return tuple(tables)


def _place(result: Result) -> tuple[str, ...]:
    return (*_context(result), result.scored, result.model, result.revision)


def _context(result: Result) -> tuple[str, ...]:
    dataset, protocol = result.dataset, result.protocol
    return dataset.name, dataset.split, dataset.manifest_sha256, protocol.name, protocol.sha256


def _why(index: int, result: Result, contexts: int) -> str:
    if index:
        count = round(result.coverage * result.dataset.n)
        return (
            f"Other clips were scored here ({count} of {result.dataset.n}) than in the table "
            "above, so these rows are not ranked with its rows."
        )
    if contexts > 1:
        return "Other tables rest on other clips or another protocol; compare within this one only."
    return ""


def _table(results: Sequence[Result]) -> Table:
    metrics = list(dict.fromkeys(score.metric for result in results for score in result.scores))
    scores = {metric: [_score(result, metric) for result in results] for metric in metrics}
    columns = tuple(_column(metric, column) for metric, column in scores.items())
    competing = [result.model != CEILING for result in results]
    cells = [_cells(column, scores[column.metric], competing) for column in columns]
    rows = [
        Row(result=result, cells=tuple(column[index] for column in cells))
        for index, result in enumerate(results)
    ]
    order = next((i for i, column in enumerate(columns) if len(column.signatures) == 1), None)
    if order is not None:
        rows.sort(key=lambda row: _rank_key(row.cells[order].score))
    rows.sort(key=lambda row: not row.ceiling)
    return Table(
        dataset=results[0].dataset,
        protocol=results[0].protocol,
        columns=columns,
        rows=tuple(rows),
        order=None if order is None else columns[order].metric,
    )


def _score(result: Result, metric: str) -> Score | None:
    return next((score for score in result.scores if score.metric == metric), None)


def _rank_key(score: Score | None) -> tuple[bool, float]:
    """Return a key that sorts the best first and what has no value last."""
    if score is None or score.value is None:
        return True, 0.0
    return False, -score.value if score.higher_is_better else score.value


def _column(metric: str, scores: Sequence[Score | None]) -> Column:
    present = [score for score in scores if score is not None]
    floors = {score.floor for score in present if score.floor is not None}
    return Column(
        metric=metric,
        unit=present[0].unit,
        higher_is_better=present[0].higher_is_better,
        decimals=decimals(score.value for score in present),
        signatures=tuple(sorted({score.signature for score in present if score.value is not None})),
        floor=floors.pop() if len(floors) == 1 else None,
    )


def _cells(column: Column, scores: Sequence[Score | None], competing: Sequence[bool]) -> list[Cell]:
    rivals = [score for score, competes in zip(scores, competing, strict=True) if competes]
    best = separated_best(rivals)
    return [
        Cell(
            score=score,
            best=best is not None and score is best,
            group=column.letters.get(score.signature, "")
            if score and score.value is not None
            else "",
        )
        for score in scores
    ]


def separated_best(rivals: Sequence[Score | None]) -> Score | None:
    """Return the best score if its interval lies apart from the interval of every other; or None.

    None as well when there is no rival, when an interval is missing, or when signatures differ.
    """
    valued = sorted((score for score in rivals if score and score.value is not None), key=_rank_key)
    if len(valued) < 2 or len({score.signature for score in valued}) > 1:
        return None
    best, *others = valued
    return best if all(_apart(best, other) for other in others) else None


def _apart(one: Score, other: Score) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.high < other.low or other.high < one.low
