"""Numbers and signs as people read them; every format shows the same ones."""

from collections.abc import Iterable
from math import floor, log10

from sfbench.leaderboard.board import Cell, Column, Row, Table

DASH = "—"


def arrow(higher_is_better: bool) -> str:
    """Return the arrow that points where better is."""
    return "↑" if higher_is_better else "↓"


def number(value: float | None, decimals: int) -> str:
    """Return a number with a fixed count of decimals, or a dash.

    >>> number(0.25, 3), number(None, 3), number(-0.0001, 2)
    ('0.250', '—', '0.00')
    """
    if value is None:
        return DASH
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text


def decimals(values: Iterable[float | None]) -> int:
    """Return the digits after the point that show the largest value with three or four figures.

    >>> decimals([106.45, 3.2]), decimals([8.58]), decimals([0.0042, None]), decimals([])
    (1, 3, 5, 3)
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    if largest == 0:
        return 3
    return min(8, max(1, 3 - floor(log10(largest)) - (largest < 1)))


def interval(cell: Cell, column: Column) -> str:
    """Return `[low, high]`, or nothing when the cell has no interval."""
    score = cell.score
    if score is None or score.low is None or score.high is None:
        return ""
    return f"[{number(score.low, column.decimals)}, {number(score.high, column.decimals)}]"


def heading(column: Column) -> str:
    """Return a column's metric, unit and arrow."""
    unit = f" ({column.unit})" if column.unit else ""
    return f"{column.metric}{unit} {arrow(column.higher_is_better)}"


def name(row: Row, table: Table) -> str:
    """Return the system's name, with its revision where the table has the name twice."""
    twice = sum(row.model == other.model for other in table.rows) > 1
    return f"{row.model} {row.result.revision}" if twice else row.model


def missing(table: Table) -> list[str]:
    """Return a sentence for every number and every interval that is not there."""
    return [
        f"{name(row, table)}, {column.metric}: {cell.reason}"
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=True)
        if cell.reason
    ]


def unranked(table: Table) -> list[str]:
    """Return a sentence for every metric whose signatures differ."""
    sentences = []
    for column in table.columns:
        if column.letters:
            listed = ", ".join(f"{letter} = {name}" for name, letter in column.letters.items())
            sentences.append(f"{column.metric} is not ranked, its signatures differ: {listed}")
    return sentences


def caption(table: Table) -> str:
    """Return what the rows were measured on and how they are sorted."""
    order = f"Sorted by {table.order}." if table.order else "Sorted by name."
    return (
        f"{table.dataset.n} clips, manifest {short(table.dataset.manifest_sha256)}, "
        f"protocol {short(table.protocol.sha256)}. {order} "
        "Brackets hold 95 % intervals; the best value is bold only where its interval lies apart "
        "from all others."
    )


def short(digest: str) -> str:
    """Return the first twelve characters of a hash."""
    return digest[:12]


def floors(table: Table) -> list[str]:
    """Return a sentence for every metric whose bias at this number of clips is known."""
    return [
        f"{column.metric}: two samples of the same truth score "
        f"{number(column.floor, column.decimals)} at this number of clips"
        for column in table.columns
        if column.floor is not None
    ]


def notes(table: Table) -> list[str]:
    """Return the sentences that the results brought along."""
    return [f"{name(row, table)}: {note}" for row in table.rows for note in row.result.notes]


def failures(table: Table) -> list[str]:
    """Return a sentence for every clip that failed."""
    return [
        f"{name(row, table)} failed on {failure.id}: {failure.reason}"
        for row in table.rows
        for failure in row.result.failures
    ]


def remarks(table: Table) -> list[str]:
    """Return everything that a reader of a table should know, one sentence each."""
    why = [table.why] if table.why else []
    parts = unranked(table), missing(table), floors(table), notes(table), failures(table)
    return [*why, *(sentence for part in parts for sentence in part)]
