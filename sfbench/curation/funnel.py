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


def funnel_of(
    verdicts: Sequence[Verdict], early: Sequence[str], late: Sequence[str] = ()
) -> Funnel:
    """Return the funnel of verdicts; failures to fetch or decode stand in a row `media`.

    Args:
        verdicts: What became of every clip.
        early: Names of the steps before any media is needed, in order.
        late: Names of the other steps, in order.
    """
    failed = any(verdict.reason and verdict.reason.step == STAGE for verdict in verdicts)
    names = [*early, *([STAGE] if failed or late else []), *late]
    reasons: dict[str, Counter[str]] = {name: Counter() for name in names}
    for verdict in verdicts:
        if verdict.reason is not None:
            reasons[verdict.reason.step][verdict.reason.code] += 1
    rows, entered = [], len(verdicts)
    for step, counts in reasons.items():
        kept = entered - counts.total()
        rows.append(FunnelRow(step, entered, kept, dict(sorted(counts.items()))))
        entered = kept
    return Funnel(tuple(rows))


def _line(row: FunnelRow) -> str:
    why = ", ".join(f"{code} {count}" for code, count in row.reasons.items())
    return f"{row.step:>10}: {row.entered:>6} → {row.kept:>6}" + (f"   ({why})" if why else "")
