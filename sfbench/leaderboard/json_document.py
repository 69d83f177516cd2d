"""The leaderboard as one JSON document, with everything that the other formats show."""

from typing import Any

import msgspec

from sfbench.leaderboard.board import Leaderboard, Row, Table
from sfbench.leaderboard.pairs import Answer, answers_of
from sfbench.leaderboard.sentences import basis, left_out, remarks

FORMAT = 1


def to_json(board: Leaderboard) -> str:
    """Return `{"format", "tables": […], "reported": […]}`; a missing number is null."""
    document = {
        "format": FORMAT,
        "tables": [_table(table) for table in board.tables],
        "reported": [{"kind": "reported"} | msgspec.to_builtins(paper) for paper in board.reported],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "measured",
        "dataset": table.dataset,
        "protocol": table.protocol,
        "sorted_by": table.order,
        "columns": table.columns,
        "rows": [_row(row) for row in table.rows],
        "basis": basis(table),
        "left_out": [{"id": key, "failed": who} for key, who in left_out(table).items()],
        "differences": [_difference(answer) for answer in answers_of(table)],
        "worst": table.worst,
        "remarks": remarks(table),
    }


def _row(row: Row) -> dict[str, Any]:
    best = [cell.score.metric for cell in row.cells if cell.score is not None and cell.best]
    return {
        "ceiling": row.ceiling,
        "ranked": row.ranked,
        "clips": row.scored,
        "failed": row.failed,
        "best": best,
        "result": row.result,
    }


def _difference(answer: Answer) -> dict[str, Any]:
    better = answer.better.result.system if answer.better else None
    numbers: dict[str, Any] = msgspec.to_builtins(answer.difference)
    return numbers | {"better": better, "significant": answer.significant}
