"""What a measured difference says of a claim, by a rule that stands on the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sfbench.leaderboard.claims.claim import Claim, Trial
from sfbench.result import DatasetRef, ProtocolRef

Verdict = Literal["holds", "does not hold", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was measured of one trial; all numbers are None where `reason` says why.

    Attributes:
        trial: The trial.
        a: The first system, `model@revision`, or its name alone where it was not measured.
        b: The second.
        dataset: The clips, or None.
        protocol: The protocol, or None.
        signature: What makes the two scores comparable, or empty.
        n: Number of clips with a value of both systems.
        of: Number of clips of the kind that both systems answered.
        first: Score of `a` over those n clips.
        second: Score of `b`.
        low: Lower end of the 95 % interval of `first` less `second`.
        high: Upper end.
        p: Two-sided p of a paired permutation.
        p_holm: The same, made safe (Holm) for all questions of the page.
        reason: Why nothing was measured, or empty.
    """

    trial: Trial
    a: str
    b: str
    dataset: DatasetRef | None = None
    protocol: ProtocolRef | None = None
    signature: str = ""
    n: int = 0
    of: int = 0
    first: float | None = None
    second: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A claim, what was measured of it, and what that says.

    Attributes:
        claim: The claim.
        findings: What was measured of its trials, in their order.
        verdicts: What each says.
        verdict: What they say together.
    """

    claim: Claim
    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    verdict: Verdict


def judge(claim: Claim, findings: Sequence[Finding], least: int) -> Tested:
    """Return a claim with its verdicts.

    Args:
        claim: The claim.
        findings: What was measured of its trials.
        least: Number of clips below which nothing is decided.
    """
    verdicts = tuple(verdict(finding, least) for finding in findings)
    return Tested(
        claim=claim, findings=tuple(findings), verdicts=verdicts, verdict=together(verdicts)
    )


def verdict(finding: Finding, least: int) -> Verdict:
    """Return what one difference says: where its whole interval lies, if the clips are enough."""
    if finding.low is None or finding.high is None or finding.n < least:
        return "undecided"
    sign = 1 if finding.trial.expects == "higher" else -1
    ends = sorted((sign * finding.low, sign * finding.high))
    if ends[0] > 0:
        return "holds"
    return "does not hold" if ends[1] < 0 else "undecided"


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Return what several say together: one against is against, and only all together hold.

    >>> together(["holds", "undecided"]), together(["holds", "does not hold"]), together(["holds"])
    ('undecided', 'does not hold', 'holds')
    """
    if "does not hold" in verdicts:
        return "does not hold"
    return "holds" if verdicts and set(verdicts) == {"holds"} else "undecided"
