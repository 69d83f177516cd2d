"""Which of two systems is better, and whether by more than chance."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace

from sfbench.leaderboard.board import Column, Row, Table
from sfbench.result import Difference

SIGNIFICANT = 0.05
"""Corrected p below which a difference is said to be more than chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question of a table: do two systems differ on one metric?

    Attributes:
        difference: The numbers; the first system stands above the second.
        column: The metric.
        better: The row that is better, or None when both are equal.
    """

    difference: Difference
    column: Column
    better: Row | None

    @property
    def significant(self) -> bool:
        """Whether the systems differ by more than chance, all questions of the table counted."""
        return self.better is not None and self.difference.p_holm < SIGNIFICANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two rows of a table, and an answer per metric; None where nothing was asked."""

    first: Row
    second: Row
    answers: tuple[Answer | None, ...]


def share(tables: Iterable[Table], differences: Sequence[Difference]) -> tuple[Table, ...]:
    """Return the tables with the differences between their rows, each turned to the rows' order.

    A best value stays the best only where no difference from another ranked row may be chance.

    Raises:
        ValueError: No table holds both systems and the metric of a difference.
    """
    shared = tuple(
        _doubted(replace(table, differences=_of(table, differences))) for table in tables
    )
    placed = {_key(difference) for table in shared for difference in table.differences}
    for difference in differences:
        if _key(difference) not in placed:
            names = f"{difference.first} and {difference.second}"
            raise ValueError(f"no table holds {difference.metric} of both {names}")
    return shared


def _key(difference: Difference) -> tuple[str, str, frozenset[str]]:
    return difference.protocol, difference.metric, frozenset((difference.first, difference.second))


def _of(table: Table, differences: Iterable[Difference]) -> tuple[Difference, ...]:
    rows = {row.result.system: place for place, row in enumerate(table.rows)}
    metrics = {column.metric: place for place, column in enumerate(table.columns)}
    own = [
        _turned(difference, rows)
        for difference in differences
        if difference.protocol == table.protocol.sha256
        and difference.metric in metrics
        and {difference.first, difference.second} <= rows.keys()
    ]
    return tuple(sorted(own, key=lambda d: (rows[d.first], rows[d.second], metrics[d.metric])))


def _doubted(table: Table) -> Table:
    """Return the table without the best values that the differences do not bear out."""
    ranked = {row.result.system for row in table.rows if row.ranked}
    doubtful = {
        (system, answer.column.metric)
        for answer in answers_of(table)
        for system in (answer.difference.first, answer.difference.second)
        if not answer.significant and {answer.difference.first, answer.difference.second} <= ranked
    }
    return replace(table, rows=tuple(_without_best(row, table, doubtful) for row in table.rows))


def _without_best(row: Row, table: Table, doubtful: Set[tuple[str, str]]) -> Row:
    cells = (
        replace(cell, best=cell.best and (row.result.system, column.metric) not in doubtful)
        for cell, column in zip(row.cells, table.columns, strict=True)
    )
    return replace(row, cells=tuple(cells))


def _turned(difference: Difference, rows: dict[str, int]) -> Difference:
    if rows[difference.first] <= rows[difference.second]:
        return difference
    return replace(
        difference,
        first=difference.second,
        second=difference.first,
        difference=-difference.difference,
    )


def answers_of(table: Table) -> list[Answer]:
    """Return the answers to all questions of a table, pair by pair."""
    rows = {row.result.system: row for row in table.rows}
    columns = {column.metric: column for column in table.columns}
    return [
        Answer(
            difference=difference,
            column=columns[difference.metric],
            better=_better(difference, columns[difference.metric], rows),
        )
        for difference in table.differences
    ]


def _better(difference: Difference, column: Column, rows: dict[str, Row]) -> Row | None:
    if difference.difference == 0:
        return None
    first = (difference.difference > 0) == column.higher_is_better
    return rows[difference.first if first else difference.second]


def asked(table: Table) -> list[Column]:
    """Return the metrics that some pair of the table was asked about."""
    metrics = {difference.metric for difference in table.differences}
    return [column for column in table.columns if column.metric in metrics]


def pairs_of(table: Table) -> list[Pair]:
    """Return the pairs of a table in the order of its rows; answers stand as in `asked`."""
    rows = {row.result.system: row for row in table.rows}
    pairs: dict[tuple[str, str], dict[str, Answer]] = {}
    for answer in answers_of(table):
        named = answer.difference.first, answer.difference.second
        pairs.setdefault(named, {})[answer.column.metric] = answer
    return [
        Pair(
            first=rows[first],
            second=rows[second],
            answers=tuple(answers.get(column.metric) for column in asked(table)),
        )
        for (first, second), answers in pairs.items()
    ]
