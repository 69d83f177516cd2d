"""The leaderboard as GitHub-flavoured Markdown."""

import re
from collections.abc import Iterable, Sequence

from sfbench.leaderboard.board import Cell, Column, Leaderboard, Row, Table
from sfbench.leaderboard.reported import Reported, ReportedTable
from sfbench.leaderboard.wording import arrow, caption, heading, interval, number, remarks

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def to_markdown(board: Leaderboard) -> str:
    """Return the leaderboard as Markdown; text from results cannot become markup."""
    parts = ["# Leaderboard"]
    for table in board.tables:
        parts += [f"## {escape(table.title)}", _measured(table), escape(caption(table))]
        parts += [_bullets(remarks(table))] if remarks(table) else []
    for paper in board.reported:
        parts += _paper(paper)
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""Return text in which Markdown sees no markup and no table border.

    >>> escape("a|b *c*")
    'a\\|b \\*c\\*'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _measured(table: Table) -> str:
    head = ["System", *(escape(heading(column)) for column in table.columns), "Clips", "Failed"]
    rows = [_row(table, row) for row in table.rows]
    if any(column.floor is not None for column in table.columns):
        floors = [
            "" if column.floor is None else number(column.floor, column.decimals)
            for column in table.columns
        ]
        rows.append(["*two samples of the truth*", *floors, "", ""])
    return _grid(head, rows)


def _row(table: Table, row: Row) -> list[str]:
    name = f"{escape(row.model)} `{escape(row.result.revision)}`"
    cells = (_cell(cell, column) for cell, column in zip(row.cells, table.columns, strict=True))
    clips = f"{row.scored} of {row.result.dataset.n}"
    return [
        f"{name} (ceiling)" if row.ceiling else name,
        *cells,
        clips,
        str(len(row.result.failures)),
    ]


def _cell(cell: Cell, column: Column) -> str:
    value = number(cell.value, column.decimals)
    shown = f"**{value}**" if cell.best else value
    group = f" ({cell.group})" if cell.group else ""
    return f"{shown}{group} {interval(cell, column)}".strip()


def _paper(paper: Reported) -> list[str]:
    parts = [
        "## Reported in papers, not measured here",
        f"[{escape(paper.citation)}]({paper.url}) {escape(paper.licence)}",
    ]
    for table in paper.tables:
        parts += [
            f"### Table {escape(table.name)}: {escape(table.title)} (reported)",
            _reported(table),
        ]
    return [*parts, _bullets(paper.notes)]


def _reported(table: ReportedTable) -> str:
    head = [
        escape(f"{column.metric} {column.dataset}".strip() + f" {arrow(column.higher_is_better)}")
        for column in table.columns
    ]
    rows = [
        [f"{escape(row.model)} (reported)"]
        + [number(v, c.decimals) for v, c in zip(row.values, table.columns, strict=True)]
        for row in table.rows
    ]
    return _grid(["System", *head], rows)


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *rows])


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {escape(sentence)}" for sentence in sentences)
