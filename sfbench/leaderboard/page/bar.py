"""Where a value and its interval stand on the axis of their column."""

from collections.abc import Iterable
from dataclasses import dataclass

from sfbench.leaderboard.board import Cell, Column


@dataclass(frozen=True, slots=True)
class Bar:
    """Positions on a column's axis, 0 (its smallest number) to 100 (its largest)."""

    value: float
    low: float | None
    high: float | None
    floor: float | None


def bars(column: Column, cells: Iterable[Cell]) -> list[Bar | None]:
    """Return a bar per cell, all on one axis; None where there is no value."""
    shown = list(cells)
    numbers = [number for cell in shown for number in _numbers(cell)]
    if column.floor is not None:
        numbers.append(column.floor)
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)

    def place(number: float | None) -> float | None:
        if number is None:
            return None
        return 50.0 if high == low else round(100 * (number - low) / (high - low), 2)

    result: list[Bar | None] = []
    for cell in shown:
        at = place(cell.value)
        if cell.score is None or at is None:
            result.append(None)
        else:
            ends = place(cell.score.low), place(cell.score.high)
            result.append(Bar(at, *ends, place(column.floor)))
    return result


def _numbers(cell: Cell) -> list[float]:
    if cell.score is None or cell.score.value is None:
        return []
    ends = (cell.score.value, cell.score.low, cell.score.high)
    return [number for number in ends if number is not None]
