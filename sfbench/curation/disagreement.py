"""Where the second opinion and the grounding step disagree."""

from collections import Counter
from collections.abc import Sequence

from sfbench.curation.examine import Verdict
from sfbench.curation.steps import grounding, second_opinion


def disagreement_notes(verdicts: Sequence[Verdict]) -> list[str]:
    """Return a sentence that counts what the second opinion heard, and how grounding decided.

    Nothing where no clip was asked about twice. Only clips count that both networks measured.

    Args:
        verdicts: What became of every clip in the end.
    """
    counts = Counter(pair for verdict in verdicts if (pair := _opinions(verdict)) is not None)
    if not counts:
        return []
    unheard, missed = counts[True, False], counts[False, True]
    return [
        f"the second opinion disagrees with grounding on {unheard + missed} of {counts.total()} "
        f"clips that both listened to: {unheard} that grounding keeps and it does not hear, "
        f"{missed} that grounding drops and it hears"
    ]


def _opinions(verdict: Verdict) -> tuple[bool, bool] | None:
    """Return whether grounding kept a clip, and whether the second opinion hears its label."""
    evidence = verdict.clip.evidence if verdict.clip else verdict.evidence
    heard = evidence.get(second_opinion.NAME, {}).get("heard")
    if heard is None or grounding.NAME not in evidence:
        return None
    dropped = verdict.reason is not None and verdict.reason.step == grounding.NAME
    return not dropped, heard
