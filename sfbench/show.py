"""What verbs answer with: a table or a sentence for people, JSON for programs."""

import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from sfbench.result import Result, Score


def answer(text: str, document: Any, *, as_json: bool, quiet: bool) -> None:
    """Print one JSON document, or the text, or nothing, on standard output."""
    if as_json:
        encoded = msgspec.json.encode(document, enc_hook=str)
        sys.stdout.write(msgspec.json.format(encoded, indent=2).decode() + "\n")
    elif not quiet:
        print(text)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a plain table, columns aligned; the first column is text, the others numbers.

    >>> print(table(("metric", "value"), [("fad.mel", "1.5")]))
    metric   value
    fad.mel    1.5
    """
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    return "\n".join(_row(cells, widths) for cells in (columns, *rows))


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()


def scores_table(result: Result) -> str:
    """Return the scores of a result as a table, reasons below it."""
    rows = [_score_row(score) for score in result.scores]
    notes = [f"{score.metric}: {score.reason}" for score in result.scores if score.reason]
    notes += [f"{score.metric}: {_scales(score)}" for score in result.scores if score.scales]
    notes += [f"{score.metric}: {one}" for score in result.scores for one in score.warnings]
    failed = [f"{failure.id} failed: {failure.reason}" for failure in result.failures]
    head = table(("metric", "", "value", "95 % interval", "floor", "n"), rows)
    return "\n".join([head, *notes, *result.notes, *failed])


def _score_row(score: Score) -> tuple[str, ...]:
    arrow = "↑" if score.higher_is_better else "↓"
    value = "–" if score.value is None else f"{score.value:.3f} {score.unit}".strip()
    interval = "–"
    if score.low is not None and score.high is not None:
        interval = f"{score.low:.3f} … {score.high:.3f}"
    floor = "–" if score.floor is None else f"{score.floor:.3f}"
    return score.metric, arrow, value, interval, floor, str(score.n)


def _scales(score: Score) -> str:
    return " · ".join(f"{name} {value:.3f}" for name, value in score.scales.items())
