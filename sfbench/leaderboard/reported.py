"""Numbers that stand in papers: shown for orientation, never ranked with measured ones."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sfbench.benchmark_files import benchmark_folder, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedColumn:
    """One column of a paper's table.

    Attributes:
        metric: Name of the metric, as the paper has it.
        dataset: The clips that the paper names, or empty.
        higher_is_better: Direction.
        decimals: Digits after the point, as printed.
        scale: The scale that the column is printed on, where the metric has several; or empty.
    """

    metric: str
    dataset: str = ""
    higher_is_better: bool
    decimals: int
    scale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRow:
    """One row of a paper's table; a value per column, None where the paper has no number."""

    model: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedTable:
    """One table of a paper."""

    name: str
    title: str
    columns: tuple[ReportedColumn, ...]
    rows: tuple[ReportedRow, ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.values) != len(self.columns):
                raise ValueError(
                    f"table {self.name}, row {row.model!r}: {len(row.values)} values for "
                    f"{len(self.columns)} columns"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The tables of one paper, and what a reader should know about them.

    Attributes:
        format: Version of this file format.
        title: Title of the paper.
        authors: Its authors.
        year: Year of the version that was read.
        arxiv: Its arXiv id.
        url: Where to read it.
        licence: On what terms the numbers are quoted.
        protocol: Name of the protocol that reads the paper, or empty.
        measured: What that protocol calls a metric, by the paper's name of it.
        tables: Its tables.
        notes: Sentences about what the paper leaves open and what looks odd.
    """

    format: int
    title: str
    authors: tuple[str, ...]
    year: int
    arxiv: str
    url: str
    licence: str
    protocol: str = ""
    measured: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tables: tuple[ReportedTable, ...]
    notes: tuple[str, ...] = ()

    @property
    def citation(self) -> str:
        """The paper in one line."""
        return f"{', '.join(self.authors)}: {self.title}. arXiv:{self.arxiv}, {self.year}."

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise ValueError(f"{self.url!r} is no https address")


def paper_name(papers: Iterable[Reported], protocol: str, metric: str) -> str:
    """Return what a paper calls a metric of its protocol, with the scale it prints; or nothing."""
    for paper in papers:
        columns = [column for table in paper.tables for column in table.columns]
        for column in columns if paper.protocol == protocol else ():
            if metric in paper.measured.get(column.metric, ()):
                return f"{column.metric} {column.scale}".strip()
    return ""


def read_reported(folder: Path | None = None) -> tuple[Reported, ...]:
    """Return the papers in a folder of TOML files, by file name.

    Args:
        folder: The folder; the benchmark's own `leaderboard/reported` by default.

    Raises:
        SfbenchError: A file is damaged, or a row has too few or too many values.
    """
    chosen = folder or benchmark_folder("leaderboard") / "reported"
    return tuple(read_toml(path, Reported) for path in sorted(chosen.glob("*.toml")))
