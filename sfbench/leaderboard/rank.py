"""Puts results into tables: only what is comparable stands together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from sfbench.leaderboard.board import Cell, Column, Row, Table
from sfbench.leaderboard.wording import decimals
from sfbench.result import Result, Score


def rank(results: Iterable[Result]) -> tuple[Table, ...]:
    """Return tables of comparable systems, each sorted by its first metric.

    Rows share a table only when manifest, split, protocol and scored clips are equal. Within a
    table, a metric whose signatures differ is shown, marked by letters, and not ranked. A system
    that failed on too many clips stands below the ranked rows and does not compete.
    """
    ordered = sorted(results, key=_place)
    contexts = [list(group) for _, group in groupby(ordered, key=_context)]
    tables = []
    for context in contexts:
        for index, group in enumerate(_by_clips(context)):
            tables.append(replace(_table(group), why=_why(index, group[0], len(contexts))))
    return tuple(tables)


def _by_clips(context: Iterable[Result]) -> list[list[Result]]:
    """Return groups scored on the same clips, the largest first.

    What cannot be ranked stands with the clips it was scored on, or else with the first group.
    """
    groups: dict[str, list[Result]] = {}
    unrankable = []
    for result in context:
        if result.rankable:
            groups.setdefault(result.scored, []).append(result)
        else:
            unrankable.append(result)
    unrankable.sort(key=lambda result: (result.model, result.revision))
    largest = sorted(groups.values(), key=lambda group: (-len(group), -_row_scored(group[0])))
    if not largest:
        return [unrankable]
    for result in unrankable:
        groups.get(result.scored, largest[0]).append(result)
    return largest


def _place(result: Result) -> tuple[str, ...]:
    return (*_context(result), result.scored, result.model, result.revision)


def _context(result: Result) -> tuple[str, ...]:
    dataset, protocol = result.dataset, result.protocol
    return dataset.name, dataset.split, dataset.manifest_sha256, protocol.name, protocol.sha256


def _why(index: int, result: Result, contexts: int) -> str:
    if index:
        count = _row_scored(result)
        return (
            f"Other clips were scored here ({count} of {result.dataset.n}) than in the table "
            "above, so these rows are not ranked with its rows."
        )
    if contexts > 1:
        return "Other tables rest on other clips or another protocol; compare within this one only."
    return ""


def _row_scored(result: Result) -> int:
    return Row(result=result, cells=()).scored


def _table(results: Sequence[Result]) -> Table:
    metrics = list(dict.fromkeys(score.metric for result in results for score in result.scores))
    scores = {metric: [_score(result, metric) for result in results] for metric in metrics}
    columns = tuple(_column(metric, column, results) for metric, column in scores.items())
    cells = [_cells(column, scores[column.metric], results) for column in columns]
    rows = [
        Row(result=result, cells=tuple(column[index] for column in cells))
        for index, result in enumerate(results)
    ]
    order = next((i for i, column in enumerate(columns) if len(column.signatures) == 1), None)
    if order is not None:
        rows.sort(key=lambda row: _rank_key(row.cells[order].score if row.ranked else None))
    rows.sort(key=lambda row: (not row.ceiling, not row.ranked))
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


def _column(metric: str, scores: Sequence[Score | None], results: Sequence[Result]) -> Column:
    present = [score for score in scores if score is not None]
    ranked = [score for score, result in zip(scores, results, strict=True) if result.rankable]
    agreeing = [score for score in ranked if score is not None] or present
    floors = {score.floor for score in agreeing if score.floor is not None}
    return Column(
        metric=metric,
        unit=present[0].unit,
        higher_is_better=present[0].higher_is_better,
        decimals=decimals(score.value for score in present),
        signatures=tuple(sorted({s.signature for s in agreeing if s.value is not None})),
        floor=floors.pop() if len(floors) == 1 else None,
        scales=_scales(present),
    )


def _scales(scores: Sequence[Score]) -> dict[str, int]:
    """Return the digits after the point of every scale that some score is printed on."""
    names = dict.fromkeys(name for score in scores for name in score.scales)
    return {name: decimals(score.scales.get(name) for score in scores) for name in names}


def _cells(column: Column, scores: Sequence[Score | None], results: Sequence[Result]) -> list[Cell]:
    competing = [Row(result=result, cells=()).ranked for result in results]
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
