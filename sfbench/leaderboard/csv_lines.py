"""The leaderboard as CSV: one number a line, for spreadsheets and data frames."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from typing import Any

from sfbench.leaderboard.board import Leaderboard, Row, Table
from sfbench.leaderboard.reported import Reported
from sfbench.result import Score

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One number; None is written as an empty field, and `reason` says why it is missing."""

    kind: str
    table: str
    dataset: str
    split: str = ""
    manifest_sha256: str = ""
    protocol: str = ""
    protocol_sha256: str = ""
    scored: str = ""
    model: str
    revision: str = ""
    ranked: bool | None = None
    asked: int | None = None
    failed: int | None = None
    family: str = ""
    label: str = ""
    metric: str
    direction: str
    unit: str = ""
    value: float | None
    low: float | None = None
    high: float | None = None
    floor: float | None = None
    n: int | None = None
    scales: str = ""
    best: bool | None = None
    signature: str = ""
    reason: str = ""
    warnings: str = ""


def to_csv(board: Leaderboard) -> str:
    """Return one line per number, reported ones after measured ones."""
    return csv_of(Line, _lines(board))


def csv_of(kind: type, lines: Iterable[Any]) -> str:
    """Return dataclasses of one kind as RFC 4180 with a header.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([field.name for field in fields(kind)])
    for line in lines:
        writer.writerow([_field(value) for value in astuple(line)])
    return text.getvalue()


def _field(value: object) -> object:
    if isinstance(value, str) and value.lstrip().startswith(_FORMULA):
        return f"'{value}"
    return value


def _lines(board: Leaderboard) -> Iterator[Line]:
    for table in board.tables:
        for row in table.rows:
            yield from _measured(table, row)
    for paper in board.reported:
        yield from _reported(paper)


def _measured(table: Table, row: Row) -> Iterator[Line]:
    for column, cell in zip(table.columns, row.cells, strict=True):
        if cell.score is not None:
            yield _scored(table, row, cell.score, best=cell.best)
        else:
            yield _scored(
                table,
                row,
                Score(
                    metric=column.metric,
                    signature="",
                    value=None,
                    n=0,
                    higher_is_better=column.higher_is_better,
                    reason=cell.reason,
                ),
            )
    for family, scores in sorted(row.result.families.items()):
        for score in scores:
            yield _scored(table, row, score, family=family)
    for label, scores in sorted(row.result.strata.items()):
        for score in scores:
            yield _scored(table, row, score, label=label)


def _scored(
    table: Table,
    row: Row,
    score: Score,
    *,
    family: str = "",
    label: str = "",
    best: bool | None = None,
) -> Line:
    return Line(
        kind="measured",
        table=table.title,
        dataset=table.dataset.name,
        split=table.dataset.split,
        manifest_sha256=table.dataset.manifest_sha256,
        protocol=table.protocol.name,
        protocol_sha256=table.protocol.sha256,
        scored=row.result.scored,
        model=row.model,
        revision=row.result.revision,
        ranked=row.ranked,
        asked=row.result.dataset.n,
        failed=row.failed,
        family=family,
        label=label,
        metric=score.metric,
        direction=direction(score.higher_is_better),
        unit=score.unit,
        value=score.value,
        low=score.low,
        high=score.high,
        floor=score.floor,
        n=score.n,
        scales="; ".join(f"{scale} {value!r}" for scale, value in score.scales.items()),
        best=best,
        signature=score.signature,
        reason=score.reason or "",
        warnings="; ".join(score.warnings),
    )


def _reported(paper: Reported) -> Iterator[Line]:
    for table in paper.tables:
        for row in table.rows:
            for column, value in zip(table.columns, row.values, strict=True):
                yield Line(
                    kind="reported",
                    table=f"arXiv:{paper.arxiv}, Table {table.name}",
                    dataset=column.dataset,
                    model=row.model,
                    metric=column.metric,
                    direction=direction(column.higher_is_better),
                    unit=column.scale,
                    value=value,
                    reason="" if value is not None else "the paper has no number here",
                )


def direction(higher_is_better: bool) -> str:
    """Return which numbers are better, in one word."""
    return "higher" if higher_is_better else "lower"
