"""The leaderboard as GitHub-flavoured Markdown."""

import re
from collections.abc import Iterable, Sequence

from sfbench.leaderboard.board import Cell, Column, Leaderboard, Row, Table, Worst
from sfbench.leaderboard.pairs import Answer, asked, pairs_of
from sfbench.leaderboard.reported import Reported, ReportedColumn, ReportedTable
from sfbench.leaderboard.sentences import answered, caption, how_compared, remarks
from sfbench.leaderboard.wording import (
    MARK,
    arrow,
    failed,
    heading,
    interval,
    name,
    number,
    p_value,
    scales,
    side,
    standing,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def to_markdown(board: Leaderboard) -> str:
    """Return the leaderboard as Markdown; text from results cannot become markup."""
    parts = ["# Leaderboard"]
    for table in board.tables:
        parts += [f"## {escape(table.title)}", _measured(board, table), escape(caption(table))]
        parts += [bullets(remarks(table))] if remarks(table) else []
        parts += _differences(table) if table.differences else []
        parts += _worst(table) if table.worst else []
    for paper in board.reported:
        parts += _paper(paper)
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""Return text in which Markdown sees no markup and no table border.

    >>> escape("a|b *c*")
    'a\\|b \\*c\\*'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown; the first column is text, the others numbers."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *rows])


def bullets(sentences: Iterable[str]) -> str:
    """Return a list of sentences that are plain text."""
    return "\n".join(f"- {escape(sentence)}" for sentence in sentences)


def _measured(board: Leaderboard, table: Table) -> str:
    head = ["System", *(_heading(board, table, column) for column in table.columns)]
    head += ["Clips", "Failed"]
    rows = [_row(table, row) for row in table.rows]
    if any(column.floor is not None for column in table.columns):
        floors = [
            "" if column.floor is None else number(column.floor, column.decimals)
            for column in table.columns
        ]
        rows.append(["*two samples of the truth*", *floors, "", ""])
    return grid(head, rows)


def _heading(board: Leaderboard, table: Table, column: Column) -> str:
    paper = board.paper_names(table).get(column.metric, "")
    return escape(heading(column) + (f" (reported as {paper})" if paper else ""))


def _row(table: Table, row: Row) -> list[str]:
    system = f"{escape(row.model)} `{escape(row.result.revision)}`"
    roles = ["(ceiling)"] * row.ceiling + [f"*{escape(standing(row))}*"] * bool(standing(row))
    cells = (_cell(cell, column) for cell, column in zip(row.cells, table.columns, strict=True))
    clips = f"{row.scored} of {row.result.dataset.n}"
    return [" ".join([system, *roles]), *cells, clips, failed(row)]


def _cell(cell: Cell, column: Column) -> str:
    value = number(cell.value, column.decimals)
    shown = f"**{value}**" if cell.best else value
    group = f" ({cell.group})" if cell.group else ""
    mark = MARK if cell.warnings else ""
    parts = [f"{shown}{mark}{group}", interval(cell, column), escape(scales(cell.score, column))]
    return " ".join(part for part in parts if part)


def _differences(table: Table) -> list[str]:
    head = ["Pair", *(escape(heading(column)) for column in asked(table))]
    rows = [
        [f"{escape(name(pair.first, table))} / {escape(name(pair.second, table))}"]
        + [_answer(answer) for answer in pair.answers]
        for pair in pairs_of(table)
    ]
    title = f"### Differences: {answered(table)}"
    return [title, grid(head, rows), escape(how_compared())]


def _answer(answer: Answer | None) -> str:
    if answer is None:
        return ""
    shown = f"{side(answer)} {escape(p_value(answer.difference.p_holm))}"
    return f"**{shown}** \\*" if answer.significant else shown


def _worst(table: Table) -> list[str]:
    """Return the worst clip of every system by every metric."""
    found = {(worst.metric, worst.system): worst for worst in table.worst}
    rows = [row for row in table.rows if any(row.result.system == key[1] for key in found)]
    columns = [column for column in table.columns if any(column.metric == key[0] for key in found)]
    cells = [
        [escape(heading(column))]
        + [_worst_cell(found.get((column.metric, row.result.system)), column) for row in rows]
        for column in columns
    ]
    head = ["Metric", *(escape(name(row, table)) for row in rows)]
    return ["### The worst clip by metric and system", grid(head, cells)]


def _worst_cell(worst: Worst | None, column: Column) -> str:
    if worst is None:
        return ""
    clip = worst.clips[0]
    return f"{escape(clip.id)} {number(clip.value, column.decimals)}"


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
    return [*parts, bullets(paper.notes)]


def _reported(table: ReportedTable) -> str:
    head = [escape(_reported_heading(column)) for column in table.columns]
    rows = [
        [f"{escape(row.model)} (reported)"]
        + [number(v, c.decimals) for v, c in zip(row.values, table.columns, strict=True)]
        for row in table.rows
    ]
    return grid(["System", *head], rows)


def _reported_heading(column: ReportedColumn) -> str:
    named = (column.metric, column.scale, column.dataset, arrow(column.higher_is_better))
    return " ".join(part for part in named if part)
