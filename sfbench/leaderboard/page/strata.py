"""Scores by label, turned from one list per system into one grid per metric."""

from dataclasses import dataclass

from sfbench.leaderboard.board import Cell, Column, Row, Table


@dataclass(frozen=True, slots=True)
class Stratum:
    """One metric by label: a cell per row of the table."""

    column: Column
    labels: dict[str, list[Cell]]


def strata_of(table: Table) -> list[Stratum]:
    """Return a grid for every metric that some system has by label."""
    labels = sorted({label for row in table.rows for label in row.result.strata})
    grids = [
        Stratum(
            column, {label: [_cell(row, label, column) for row in table.rows] for label in labels}
        )
        for column in table.columns
    ]
    return [grid for grid in grids if _has_score(grid)]


def _cell(row: Row, label: str, column: Column) -> Cell:
    scores = row.result.strata.get(label, ())
    return Cell(score=next((score for score in scores if score.metric == column.metric), None))


def _has_score(grid: Stratum) -> bool:
    return any(cell.score is not None for cells in grid.labels.values() for cell in cells)
