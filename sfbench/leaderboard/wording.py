"""Numbers and signs as people read them; every format shows the same ones."""

from collections.abc import Iterable
from math import floor, log10

from sfbench.leaderboard.board import Cell, Column, Row, Table
from sfbench.leaderboard.pairs import Answer
from sfbench.result import TOLERATED, Score

DASH = "—"
MARK = "†"
"""Stands at a number that carries a warning."""


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


def scales(score: Score | None, column: Column) -> str:
    """Return the number on every other scale that it is printed on, or nothing.

    >>> column = Column(metric="c", unit="", higher_is_better=True, decimals=4, signatures=(),
    ...                 floor=None, scales={"100cos": 2, "50(1+cos)": 2})
    >>> scores = {"100cos": 7.28, "50(1+cos)": 53.64}
    >>> scales(Score(metric="c", signature="", value=0.0728, n=9, higher_is_better=True,
    ...              scales=scores), column)
    '100cos 7.28 · 50(1+cos) 53.64'
    """
    if score is None or score.value is None:
        return ""
    named = (
        (name, score.scales[name], digits)
        for name, digits in column.scales.items()
        if name in score.scales
    )
    return " · ".join(f"{name} {number(value, digits)}" for name, value, digits in named)


def heading(column: Column) -> str:
    """Return a column's metric, unit and arrow."""
    unit = f" ({column.unit})" if column.unit else ""
    return f"{column.metric}{unit} {arrow(column.higher_is_better)}"


def name(row: Row, table: Table) -> str:
    """Return the system's name, with its revision where the table has the name twice."""
    twice = sum(row.model == other.model for other in table.rows) > 1
    return f"{row.model} {row.result.revision}" if twice else row.model


def failed(row: Row) -> str:
    """Return how many clips a system failed on, of how many."""
    return f"{row.failed} of {row.result.dataset.n}"


def standing(row: Row) -> str:
    """Return why a system is not ranked, or nothing when it is."""
    if row.result.rankable:
        return ""
    share, tolerated = 100 * (1 - row.result.coverage), 100 * TOLERATED
    return f"not ranked: failed {share:.3g} % of the clips (more than {tolerated:.3g} %)"


def p_value(p: float) -> str:
    """Return a p-value with three digits after the point.

    >>> p_value(0.0421), p_value(0.0002), p_value(1.0)
    ('0.042', '<0.001', '1.000')
    """
    return f"{p:.3f}" if p >= 0.001 else "<0.001"


def side(answer: Answer) -> str:
    """Return an arrow to the better system of a pair; = when both are equal."""
    if answer.better is None:
        return "="
    return "◀" if answer.better.result.system == answer.difference.first else "▶"


def short(digest: str) -> str:
    """Return the first twelve characters of a hash."""
    return digest[:12]
