"""Lets the steps that see the whole set have their say, once every clip was judged."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from sfbench.curation.examine import Verdict, move
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft, SetStep
from sfbench.errors import Reason

ASIDE = ".aside"
"""Where the media of clips lie that only a step of the whole set drops: a larger set may want
them."""


def settle(
    verdicts: Sequence[Verdict], candidates: Sequence[Candidate], whole: Sequence[SetStep]
) -> list[Verdict]:
    """Return the verdicts after the steps of the whole set.

    Args:
        verdicts: What the steps before made of every clip.
        candidates: The same clips, in the same order.
        whole: The steps, in order.
    """
    pairs = zip(candidates, verdicts, strict=True)
    drafts = {
        one.id: Draft(one, evidence=deepcopy(_evidence(verdict)))
        for one, verdict in pairs
        if verdict.reason is None
    }
    dropped = _dropped(drafts.values(), whole)
    return [
        _settled(verdict, drafts[verdict.id], dropped.get(verdict.id))
        if verdict.id in drafts
        else verdict
        for verdict in verdicts
    ]


def place_media(out: Path, before: Iterable[Verdict], after: Iterable[Verdict]) -> None:
    """Put the media of clips aside that were dropped since, and bring back those that were not."""
    for judged, settled in zip(before, after, strict=True):
        if judged.clip is None:
            continue
        for name in filter(None, (judged.clip.video, judged.clip.truth)):
            there, aside = out / name, out / ASIDE / name
            move(*((there, aside) if settled.clip is None else (aside, there)))


def _dropped(drafts: Iterable[Draft], whole: Sequence[SetStep]) -> dict[str, Reason]:
    left = sorted(drafts, key=lambda draft: draft.candidate.id)
    dropped: dict[str, Reason] = {}
    for step in whole:
        dropped |= step.drop(left)
        left = [draft for draft in left if draft.candidate.id not in dropped]
    return dropped


def _evidence(verdict: Verdict) -> dict[str, object]:
    return verdict.clip.evidence if verdict.clip else verdict.evidence


def _settled(verdict: Verdict, draft: Draft, reason: Reason | None) -> Verdict:
    if reason is not None:
        return replace(verdict, clip=None, reason=reason, evidence=draft.evidence)
    if verdict.clip is not None:
        return replace(verdict, clip=replace(verdict.clip, evidence=draft.evidence))
    return replace(verdict, evidence=draft.evidence)
