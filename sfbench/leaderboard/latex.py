"""The leaderboard as LaTeX tables, to be read in by a paper that loads booktabs."""

from collections.abc import Iterable, Sequence

from sfbench.leaderboard.board import Cell, Column, Leaderboard, Row, Table
from sfbench.leaderboard.reported import Reported, ReportedColumn, ReportedRow, ReportedTable
from sfbench.leaderboard.wording import DASH, caption, interval, number, remarks

METRICS_PER_TABULAR = 5  # as many as fit the width of a page with their intervals

_ESCAPES = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}
    # At the begin of a line a bracket would be read as an argument of the line break above.
    | {"[": "{[}", "]": "{]}"}
    | {DASH: "--", "↑": r"$\uparrow$", "↓": r"$\downarrow$"}
)


def to_latex(board: Leaderboard) -> str:
    """Return one table environment per table; text from results cannot become a command."""
    parts = [r"% \usepackage{booktabs}"]
    parts += [
        _environment(_measured(table), table.title, _footnotes(table)) for table in board.tables
    ]
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


def _measured(table: Table) -> list[str]:
    starts = range(0, len(table.columns), METRICS_PER_TABULAR)
    return [_block(table, slice(start, start + METRICS_PER_TABULAR)) for start in starts]


def _block(table: Table, part: slice) -> str:
    columns = table.columns[part]
    head = [
        _line(["", *(escape(column.metric.rpartition(".")[0]) for column in columns), ""]),
        _line(["System", *(_heading(column) for column in columns), "Clips"]),
    ]
    lines = [line for row in table.rows for line in _row(row, columns, row.cells[part])]
    if any(column.floor is not None for column in columns):
        lines += [
            r"\midrule",
            _line([r"\emph{two samples of the truth}", *map(_floor, columns), ""]),
        ]
    return _tabular(head, lines, len(columns) + 1)


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
    name = escape(row.model) + (r" \emph{(ceiling)}" if row.ceiling else "")
    intervals = [interval(cell, column) for cell, column in pairs]
    clips = f"{row.scored}/{row.result.dataset.n}"
    small = [
        f"{{\\scriptsize {text}}}" if text else ""
        for text in [escape(row.result.revision), *intervals]
    ]
    return [
        _line([name, *(_value(cell, column) for cell, column in pairs), clips]),
        _line([*small, ""]),
    ]


def _value(cell: Cell, column: Column) -> str:
    value = escape(number(cell.value, column.decimals))
    shown = f"\\textbf{{{value}}}" if cell.best else value
    return f"{shown}$^{{{cell.group}}}$" if cell.group else shown


def _reported(table: ReportedTable) -> str:
    columns = table.columns
    signs = [f"{escape(column.metric)} {_sign(column.higher_is_better)}" for column in columns]
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
