"""The page of claims as GitHub-flavoured Markdown; equal findings give equal bytes."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sfbench.leaderboard.claims.claim import Claims
from sfbench.leaderboard.claims.verdict import Finding, Tested, Verdict
from sfbench.leaderboard.markdown import bullets, escape, grid
from sfbench.leaderboard.wording import short

COMMAND = "sfbench claims runs/ --out docs/claims.md"


def to_page(claims: Claims, tested: Sequence[Tested]) -> str:
    """Return the page: the claims at a glance, each with its numbers, and what they cannot say."""
    parts = [
        "# Does what the paper claims hold in the small?",
        _about(claims),
        "## At a glance",
        grid(["Claim", "Where", "Verdict", "Experiments"], [_summary(one) for one in tested]),
        _rule(claims),
    ]
    for one in tested:
        parts += _claim(one)
    parts += ["## What this can say about the full size, and what not", bullets(claims.limits)]
    parts += ["## What was measured", _measured(tested)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(claims: Claims) -> str:
    return (
        f"The claims of [{escape(claims.title)}]({claims.url}), in our words, and small "
        f"experiments that test them, measured by the protocol `{claims.protocol}`. `{COMMAND}` "
        "writes this page from the scores in run folders and the list of claims in "
        "`leaderboard/claims.toml`; no number on it is typed by hand."
    )


def _summary(tested: Tested) -> list[str]:
    claim, counts = tested.claim, Counter(tested.verdicts)
    experiments = ", ".join(f"{counts[verdict]} {verdict}" for verdict in sorted(counts))
    return [
        f"[{escape(claim.says)}](#{claim.id})",
        escape(claim.section),
        f"**{tested.verdict}**",
        experiments,
    ]


def _rule(claims: Claims) -> str:
    return (
        "**The rule.** An experiment compares two systems clip by clip. It *holds* where the whole "
        "95 % interval of the difference lies on the side that the claim names, it *does not hold* "
        "where the whole interval lies on the other side, and it is *undecided* where the interval "
        f"covers zero, where fewer than {claims.least} clips have a value of both systems (too "
        "few), or where nothing was measured. A claim holds where all of its experiments do; one "
        "that does not hold is enough against it; all else is undecided. Each interval is as "
        "measured, for itself; p is of a paired permutation, with Holm's correction for all "
        "questions of this page: a small one is no accident of having asked so many."
    )


def _claim(tested: Tested) -> Iterable[str]:
    claim = tested.claim
    yield f'<a id="{claim.id}"></a>\n\n### {escape(claim.says)}'
    yield f"Paper: {escape(claim.section)}. Verdict: **{tested.verdict}**."
    rows = [
        _row(finding, verdict)
        for finding, verdict in zip(tested.findings, tested.verdicts, strict=True)
    ]
    head = ["A", "B", "what differs", "metric", "clips", "n", "A", "B", "A − B", "p", "verdict"]
    yield grid(head, rows)
    if claim.tried and tested.verdict != "holds":
        yield f"*What was tried.* {escape(claim.tried)}"


def _row(finding: Finding, verdict: Verdict) -> list[str]:
    trial = finding.trial
    arrow = "A above B" if trial.expects == "higher" else "A below B"
    return [
        f"`{finding.a}`",
        f"`{finding.b}`",
        escape(trial.differ),
        f"`{trial.metric}`, claimed: {arrow}",
        escape(trial.clips),
        _count(finding),
        _number(finding.first),
        _number(finding.second),
        escape(_difference(finding)),
        "–" if finding.p_holm is None else f"{finding.p_holm:.3g}",
        f"{verdict}: {escape(finding.reason)}" if finding.reason else verdict,
    ]


def _count(finding: Finding) -> str:
    return str(finding.n) if finding.n == finding.of else f"{finding.n} of {finding.of}"


def _difference(finding: Finding) -> str:
    if finding.first is None or finding.second is None or finding.low is None:
        return "–"
    return (
        f"{_number(finding.first - finding.second)} "
        f"({_number(finding.low)} … {_number(finding.high)})"
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}".replace("-", "−")


def _measured(tested: Sequence[Tested]) -> str:
    """Return datasets, protocols and signatures behind the numbers."""
    findings = [finding for one in tested for finding in one.findings]
    clips = {
        f"{one.dataset.name}, {one.dataset.split} split of {one.dataset.n} clips, manifest "
        f"{short(one.dataset.manifest_sha256)}, protocol {one.protocol.name} "
        f"{short(one.protocol.sha256)}"
        for one in findings
        if one.dataset and one.protocol
    }
    signatures = {one.signature for one in findings if one.signature}
    if not clips:
        return "Nothing: there is no run of the systems that the claims name."
    return bullets([*sorted(clips), *sorted(signatures)])
