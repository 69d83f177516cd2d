"""The leaderboard as LaTeX tables, to be read in by a paper that loads booktabs."""

from collections.abc import Iterable, Sequence

from sfbench.leaderboard.board import Cell, Column, Leaderboard, Row, Table
from sfbench.leaderboard.pairs import Answer, asked, pairs_of
from sfbench.leaderboard.reported import Reported, ReportedColumn, ReportedRow, ReportedTable
from sfbench.leaderboard.sentences import answered, caption, how_compared, remarks
from sfbench.leaderboard.wording import (
    DASH,
    MARK,
    interval,
    name,
    number,
    p_value,
    scales,
    side,
    standing,
)

METRICS_PER_TABULAR = 5  # as many as fit the width of a page with their intervals

_ESCAPES = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}
    # At the begin of a line a bracket would be read as an argument of the line break above.
    | {"[": "{[}", "]": "{]}"}
    | {DASH: "--", "↑": r"$\uparrow$", "↓": r"$\downarrow$", MARK: r"\dag{}", "·": r"$\cdot$"}
    | {"◀": r"$\triangleleft$", "▶": r"$\triangleright$"}
)


def to_latex(board: Leaderboard) -> str:
    """Return one table environment per table; text from results cannot become a command."""
    parts = [r"% \usepackage{booktabs}"]
    for table in board.tables:
        parts.append(_environment(_measured(board, table), table.title, _footnotes(table)))
        if table.differences:
            title = f"{table.title}: {answered(table)}"
            parts.append(_environment(_differences(table), title, [how_compared()]))
    for paper in board.reported:
        parts += [
            _environment(
                [_reported(table)],
                f"Reported in arXiv:{paper.arxiv}, not measured here. "
                f"Table {table.name}: {table.title}",
                _paper_footnotes(paper, table is paper.tables[-1]),
            )
            for table in paper.tables
        ]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""Return text that LaTeX prints as it stands.

    >>> escape("f1_score 5% \\input{x}")
    'f1\\_score 5\\% \\textbackslash{}input\\{x\\}'
    """
    return " ".join(text.split()).translate(_ESCAPES)


def _environment(tabulars: Iterable[str], title: str, footnotes: Iterable[str]) -> str:
    body = "\n\\\\[1ex]\n".join(tabulars)
    notes = "".join(f"\n\\par {escape(note)}" for note in footnotes)
    return (
        f"\\begin{{table}}\n\\centering\\small\n\\caption{{{escape(title)}}}\n{body}\n"
        f"\\begin{{flushleft}}\\footnotesize{notes}\n\\end{{flushleft}}\n\\end{{table}}"
    )


def _footnotes(table: Table) -> list[str]:
    return [caption(table), *remarks(table)]


def _paper_footnotes(paper: Reported, last: bool) -> list[str]:
    return [paper.citation, *(paper.notes if last else ())]


def _parts(count: int) -> list[slice]:
    """Return slices of so many metrics that each fits the width of a page."""
    starts = range(0, count, METRICS_PER_TABULAR)
    return [slice(start, start + METRICS_PER_TABULAR) for start in starts]


def _measured(board: Leaderboard, table: Table) -> list[str]:
    return [_block(board, table, part) for part in _parts(len(table.columns))]


def _block(board: Leaderboard, table: Table, part: slice) -> str:
    columns = table.columns[part]
    head = [
        _families(columns, 2),
        _line(["System", *(_heading(column) for column in columns), "Clips", "Failed"]),
    ]
    papers = [board.paper_names(table).get(column.metric, "") for column in columns]
    if any(papers):
        head.append(
            _line([r"{\scriptsize reported as}", *map(_scriptsize, map(escape, papers)), "", ""])
        )
    lines = [line for row in table.rows for line in _row(row, columns, row.cells[part])]
    if any(column.floor is not None for column in columns):
        lines += [
            r"\midrule",
            _line([r"\emph{two samples of the truth}", *map(_floor, columns), "", ""]),
        ]
    return _tabular(head, lines, len(columns) + 2)


def _families(columns: Iterable[Column], after: int = 0) -> str:
    """Return the first parts of the metrics' names, above the second ones."""
    families = (escape(column.metric.rpartition(".")[0]) for column in columns)
    return _line(["", *families, *[""] * after])


def _scriptsize(text: str) -> str:
    return f"{{\\scriptsize {text}}}" if text else ""


def _floor(column: Column) -> str:
    return "" if column.floor is None else number(column.floor, column.decimals)


def _heading(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    leaf = column.metric.rpartition(".")[2] + unit
    return f"{escape(leaf)} {_sign(column.higher_is_better)}"


def _sign(higher_is_better: bool) -> str:
    return r"$\uparrow$" if higher_is_better else r"$\downarrow$"


def _row(row: Row, columns: Sequence[Column], cells: Sequence[Cell]) -> list[str]:
    pairs = list(zip(cells, columns, strict=True))
    roles = [r"\emph{(ceiling)}"] * row.ceiling + [r"\emph{(not ranked)}"] * bool(standing(row))
    system = " ".join([escape(row.model), *roles])
    counts = [f"{count}/{row.result.dataset.n}" for count in (row.scored, row.failed)]
    small = [[escape(row.result.revision), *(interval(cell, column) for cell, column in pairs)]]
    small += [["", *(escape(scales(cell.score, column)) for cell, column in pairs)]]
    lines = [_line([system, *(_value(cell, column) for cell, column in pairs), *counts])]
    return lines + [_line([*map(_scriptsize, texts), "", ""]) for texts in small if any(texts)]


def _value(cell: Cell, column: Column) -> str:
    value = escape(number(cell.value, column.decimals))
    shown = f"\\textbf{{{value}}}" if cell.best else value
    group = f"$^{{{cell.group}}}$" if cell.group else ""
    return f"{shown}{escape(MARK) if cell.warnings else ''}{group}"


def _differences(table: Table) -> list[str]:
    return [_answers(table, part) for part in _parts(len(asked(table)))]


def _answers(table: Table, part: slice) -> str:
    columns = asked(table)[part]
    head = [_families(columns), _line(["Pair", *map(_heading, columns)])]
    lines = [
        _line(
            [f"{escape(name(pair.first, table))} / {escape(name(pair.second, table))}"]
            + [_answer(answer) for answer in pair.answers[part]]
        )
        for pair in pairs_of(table)
    ]
    return _tabular(head, lines, len(columns))


def _answer(answer: Answer | None) -> str:
    if answer is None:
        return ""
    shown = escape(f"{side(answer)} {p_value(answer.difference.p_holm)}")
    return f"\\textbf{{{shown}}}*" if answer.significant else shown


def _reported(table: ReportedTable) -> str:
    columns = table.columns
    signs = [
        f"{escape(f'{column.metric} {column.scale}'.strip())} {_sign(column.higher_is_better)}"
        for column in columns
    ]
    head = [
        _line(["", *(escape(column.dataset) for column in columns)]),
        _line(["System (reported)", *signs]),
    ]
    return _tabular(head, [_reported_row(row, columns) for row in table.rows], len(columns))


def _reported_row(row: ReportedRow, columns: Sequence[ReportedColumn]) -> str:
    pairs = zip(row.values, columns, strict=True)
    values = [escape(number(value, column.decimals)) for value, column in pairs]
    return _line([escape(row.model), *values])


def _tabular(head: Iterable[str], lines: Iterable[str], numbers: int) -> str:
    body = "\n".join([r"\toprule", *head, r"\midrule", *lines, r"\bottomrule"])
    shape = "l" + "r" * numbers
    return f"\\begin{{tabular}}{{{shape}}}\n{body}\n\\end{{tabular}}"


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
