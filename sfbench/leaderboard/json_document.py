"""The leaderboard as one JSON document, with everything that the other formats show."""

from typing import Any

import msgspec

from sfbench.leaderboard.board import Leaderboard, Row, Table
from sfbench.leaderboard.wording import remarks

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
        "remarks": remarks(table),
    }


def _row(row: Row) -> dict[str, Any]:
    best = [cell.score.metric for cell in row.cells if cell.score is not None and cell.best]
    return {"ceiling": row.ceiling, "best": best, "result": row.result}
