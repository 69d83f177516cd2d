"""Single clips as CSV: those that failed, those left out for it, and the worst of each system."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sfbench.leaderboard.board import Leaderboard, Row, Table
from sfbench.leaderboard.csv_lines import csv_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One clip of one system.

    Attributes:
        kind: `failed` when the system has no score for it, `left out` when it has one that does
            not count because another system failed, `worst` when it does badly on it.
        dataset: Name of the dataset.
        split: Name of the split.
        protocol: Name of the protocol.
        model: Name of the system.
        revision: Its revision.
        clip: Id of the clip.
        label: Its label, where that is known.
        metric: The metric of a `worst` clip.
        value: Its value.
        step: Where a `failed` clip failed.
        code: Why, in one word.
        detail: Why, in a sentence.
    """

    kind: str
    dataset: str
    split: str
    protocol: str
    model: str
    revision: str
    clip: str
    label: str = ""
    metric: str = ""
    value: float | None = None
    step: str = ""
    code: str = ""
    detail: str = ""


def to_clips_csv(board: Leaderboard) -> str:
    """Return one line per clip and system that a reader may want to look at."""
    return csv_of(
        Line, (line for table in board.tables for row in table.rows for line in _lines(table, row))
    )


def _lines(table: Table, row: Row) -> Iterator[Line]:
    line = partial(
        Line,
        dataset=table.dataset.name,
        split=table.dataset.split,
        protocol=table.protocol.name,
        model=row.model,
        revision=row.result.revision,
    )
    for failure in row.result.failures:
        why = failure.reason
        yield line(kind="failed", clip=failure.id, step=why.step, code=why.code, detail=why.detail)
    for identity in row.result.left_out:
        yield line(kind="left out", clip=identity)
    for worst in table.worst:
        for clip in worst.clips if worst.system == row.result.system else ():
            yield line(
                kind="worst",
                clip=clip.id,
                label=clip.label or "",
                metric=worst.metric,
                value=clip.value,
            )
