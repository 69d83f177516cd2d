"""Numbers that stand in papers: shown for orientation, never ranked with measured ones."""

from dataclasses import dataclass
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
    """

    metric: str
    dataset: str = ""
    higher_is_better: bool
    decimals: int


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
    tables: tuple[ReportedTable, ...]
    notes: tuple[str, ...] = ()

    @property
    def citation(self) -> str:
        """The paper in one line."""
        return f"{', '.join(self.authors)}: {self.title}. arXiv:{self.arxiv}, {self.year}."

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise ValueError(f"{self.url!r} is no https address")


def read_reported(folder: Path | None = None) -> tuple[Reported, ...]:
    """Return the papers in a folder of TOML files, by file name.

    Args:
        folder: The folder; the benchmark's own `leaderboard/reported` by default.

    Raises:
        SfbenchError: A file is damaged, or a row has too few or too many values.
    """
    chosen = folder or benchmark_folder("leaderboard") / "reported"
    return tuple(read_toml(path, Reported) for path in sorted(chosen.glob("*.toml")))
