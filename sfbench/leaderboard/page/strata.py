"""Scores by family or by label, turned from one list per system into one grid per metric."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sfbench.leaderboard.board import Cell, Column, Table
from sfbench.result import Score

Strata = Mapping[str, Sequence[Score]]


@dataclass(frozen=True, slots=True)
class Stratum:
    """One metric by family or by label: a cell per row of the table."""

    column: Column
    strata: dict[str, list[Cell]]


def families_of(table: Table) -> list[Stratum]:
    """Return a grid for every metric that some system has by family of labels."""
    return _grids(table, [row.result.families for row in table.rows])


def strata_of(table: Table) -> list[Stratum]:
    """Return a grid for every metric that some system has by label."""
    return _grids(table, [row.result.strata for row in table.rows])


def _grids(table: Table, by_row: Sequence[Strata]) -> list[Stratum]:
    names = sorted({name for strata in by_row for name in strata})
    grids = [
        Stratum(
            column,
            {name: [_cell(strata.get(name, ()), column) for strata in by_row] for name in names},
        )
        for column in table.columns
    ]
    return [grid for grid in grids if _has_score(grid)]


def _cell(scores: Iterable[Score], column: Column) -> Cell:
    return Cell(score=next((score for score in scores if score.metric == column.metric), None))


def _has_score(grid: Stratum) -> bool:
    return any(cell.score is not None for cells in grid.strata.values() for cell in cells)
