"""Judges clips by the steps that need no media, before anything is fetched."""

from collections.abc import Iterable, Sequence

from sfbench.curation.examine import Verdict
from sfbench.curation.judge import Verdicts
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft, Step
from sfbench.errors import Reason


def judge_unseen(
    early: Sequence[Step], candidates: Iterable[Candidate]
) -> tuple[Verdicts, Verdicts, Verdicts]:
    """Return the verdicts on clips that steps without media drop, without media, and the others.

    They cost next to nothing, so they are neither sent to workers nor journalled: a list may name
    hundreds of thousands of clips.
    """
    dropped, missing, passed = {}, {}, {}
    for candidate in candidates:
        draft = Draft(candidate)
        reason = _first_reason(early, draft)
        if reason is not None:
            dropped[candidate.id] = _verdict(draft, reason)
        elif candidate.missing is not None:
            missing[candidate.id] = _verdict(draft, candidate.missing)
        else:
            passed[candidate.id] = _verdict(draft, None)
    return dropped, missing, passed


def _first_reason(early: Sequence[Step], draft: Draft) -> Reason | None:
    reasons = (step.keep(draft) for step in early)
    return next((reason for reason in reasons if reason is not None), None)


def _verdict(draft: Draft, reason: Reason | None) -> Verdict:
    candidate = draft.candidate
    return Verdict(id=candidate.id, label=candidate.label, reason=reason, evidence=draft.evidence)
