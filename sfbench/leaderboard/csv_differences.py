"""The differences between systems as CSV: one question a line."""

from dataclasses import dataclass

from sfbench.leaderboard.board import Leaderboard, Table
from sfbench.leaderboard.csv_lines import csv_of, direction
from sfbench.leaderboard.pairs import Answer, answers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question; systems are `model@revision`, `better` is empty when both are equal."""

    dataset: str
    split: str
    manifest_sha256: str
    protocol: str
    protocol_sha256: str
    scored: str
    clips: int
    metric: str
    direction: str
    first: str
    second: str
    difference: float
    better: str
    p: float
    p_holm: float
    significant: bool


def to_differences_csv(board: Leaderboard) -> str:
    """Return one line per pair of systems and metric; a header alone when nothing was asked."""
    return csv_of(
        Line, (_line(table, answer) for table in board.tables for answer in answers_of(table))
    )


def _line(table: Table, answer: Answer) -> Line:
    asked = answer.difference
    return Line(
        dataset=table.dataset.name,
        split=table.dataset.split,
        manifest_sha256=table.dataset.manifest_sha256,
        protocol=table.protocol.name,
        protocol_sha256=table.protocol.sha256,
        scored=table.basis.result.scored,
        clips=table.basis.scored,
        metric=asked.metric,
        direction=direction(answer.column.higher_is_better),
        first=asked.first,
        second=asked.second,
        difference=asked.difference,
        better=answer.better.result.system if answer.better else "",
        p=asked.p,
        p_holm=asked.p_holm,
        significant=answer.significant,
    )
