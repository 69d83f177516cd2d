"""What a leaderboard is made of: tables of comparable rows, and rows quoted from papers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase

from sfbench.leaderboard.reported import Reported, paper_name
from sfbench.result import DatasetRef, Difference, ProtocolRef, Result, Score

CEILING = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One metric of a table.

    Attributes:
        metric: Name of the metric.
        unit: Unit for people, or empty.
        higher_is_better: Direction.
        decimals: Digits after the point that all cells of the column are shown with.
        signatures: The different signatures of its ranked cells; more than one, and it is not
            ranked.
        floor: What two samples of the same truth score, when all rows agree on it; or None.
        scales: Other scales that the number is printed on, and their digits after the point.
    """

    metric: str
    unit: str
    higher_is_better: bool
    decimals: int
    signatures: tuple[str, ...]
    floor: float | None
    scales: dict[str, int] = field(default_factory=dict)

    @property
    def letters(self) -> dict[str, str]:
        """A letter for each signature when there are several; empty when all agree."""
        if len(self.signatures) < 2:
            return {}
        return dict(zip(self.signatures, ascii_lowercase, strict=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One metric of one system.

    Attributes:
        score: The number, or None when the system's result does not have the metric.
        best: Whether it is the best of its column and its interval lies apart from all others.
        group: A letter for its signature when the column has several, or empty.
    """

    score: Score | None
    best: bool = False
    group: str = ""

    @property
    def value(self) -> float | None:
        """The number, or None."""
        return self.score.value if self.score else None

    @property
    def reason(self) -> str:
        """Why there is no number, or why it has no interval; empty when nothing is missing."""
        if self.score is None:
            return "this result does not have the metric"
        if self.score.value is None:
            return self.score.reason or "no reason was given"
        return self.score.reason or ""

    @property
    def warnings(self) -> Sequence[str]:
        """Sentences on how far the number can be trusted."""
        return self.score.warnings if self.score and self.score.value is not None else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One system of a table; its cells stand in the order of the table's columns."""

    result: Result
    cells: tuple[Cell, ...]

    @property
    def model(self) -> str:
        """Name of the system."""
        return self.result.model

    @property
    def ceiling(self) -> bool:
        """Whether the row is the original sound, which shows the ceiling and never competes."""
        return self.result.model == CEILING

    @property
    def ranked(self) -> bool:
        """Whether the row competes: it is not the ceiling and failed on few enough clips."""
        return not self.ceiling and self.result.rankable

    @property
    def failed(self) -> int:
        """Number of clips that the system has no score for."""
        return self.result.dataset.n - round(self.result.coverage * self.result.dataset.n)

    @property
    def scored(self) -> int:
        """Number of clips behind the row."""
        return self.result.dataset.n - self.failed - len(self.result.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstClip:
    """One clip that a system does badly on."""

    id: str
    label: str | None
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The clips that one system does worst on by one metric, the worst first."""

    metric: str
    system: str
    clips: tuple[WorstClip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Systems that were measured on the same clips by the same protocol.

    Attributes:
        dataset: The clips.
        protocol: The protocol.
        columns: The metrics, in the protocol's order.
        rows: The ceiling first, then the systems by the metric `order`, then those that failed on
            too many clips to be ranked, by name.
        order: Name of the metric that the rows are sorted by; None when they stand by name.
        why: Why the rows are not ranked with those of another table; empty when there is none.
        differences: What pairs of rows were asked; the first of a pair stands above the second.
        worst: The clips that each system does worst on, by metric.
    """

    dataset: DatasetRef
    protocol: ProtocolRef
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    order: str | None
    why: str = ""
    differences: tuple[Difference, ...] = ()
    worst: tuple[Worst, ...] = ()

    @property
    def basis(self) -> Row:
        """A row that rests on the clips that all ranked rows rest on."""
        return next((row for row in self.rows if row.result.rankable), self.rows[0])

    @property
    def title(self) -> str:
        """Dataset, split and protocol."""
        return f"{self.dataset.name}, {self.dataset.split} split, protocol {self.protocol.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaderboard:
    """Measured tables and reported rows, which never mix."""

    tables: tuple[Table, ...]
    reported: tuple[Reported, ...] = ()

    def paper_names(self, table: Table) -> dict[str, str]:
        """What the paper that the table's protocol reads calls a metric, by metric."""
        names = {
            column.metric: paper_name(self.reported, table.protocol.name, column.metric)
            for column in table.columns
        }
        return {metric: name for metric, name in names.items() if name}
