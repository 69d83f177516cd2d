"""How many clips each step dropped, and why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sfbench.curation.examine import STAGE, Verdict


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One step: how many clips came in, how many stayed, and the reasons of the others."""

    step: str
    entered: int
    kept: int
    reasons: dict[str, int]

    def as_contract(self) -> dict[str, object]:
        """Return the row as it stands in `dataset.json`."""
        return {"step": self.step, "in": self.entered, "kept": self.kept, "reasons": self.reasons}


@dataclass(frozen=True, slots=True)
class Funnel:
    """The rows of all steps, in order."""

    rows: tuple[FunnelRow, ...]

    @property
    def kept(self) -> int:
        """Number of clips that passed every step."""
        return self.rows[-1].kept if self.rows else 0

    def __str__(self) -> str:
        return "\n".join(_line(row) for row in self.rows)


def funnel_of(verdicts: Sequence[Verdict], step_names: Sequence[str]) -> Funnel:
    """Return the funnel of verdicts; failures to fetch or decode stand in a row `media`."""
    reasons: dict[str, Counter[str]] = {name: Counter() for name in _rows(verdicts, step_names)}
    for verdict in verdicts:
        if verdict.reason is not None:
            reasons[verdict.reason.step][verdict.reason.code] += 1
    rows, entered = [], len(verdicts)
    for step, counts in reasons.items():
        kept = entered - counts.total()
        rows.append(FunnelRow(step, entered, kept, dict(sorted(counts.items()))))
        entered = kept
    return Funnel(tuple(rows))


def _rows(verdicts: Sequence[Verdict], step_names: Sequence[str]) -> list[str]:
    """Return the steps in order, with `media` where the first clip needed to be decoded."""
    late = [name for name in step_names if name != "label"]
    early = [name for name in step_names if name == "label"]
    failed = any(verdict.reason and verdict.reason.step == STAGE for verdict in verdicts)
    return [*early, *([STAGE] if failed or late else []), *late]


def _line(row: FunnelRow) -> str:
    why = ", ".join(f"{code} {count}" for code, count in row.reasons.items())
    return f"{row.step:>10}: {row.entered:>6} → {row.kept:>6}" + (f"   ({why})" if why else "")
