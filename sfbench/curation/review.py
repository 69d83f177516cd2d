"""What a reviewer decided about clips, and the step that does so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from sfbench import store
from sfbench.curation.examine import Verdict
from sfbench.curation.step import Draft
from sfbench.errors import Reason, SfbenchError

NAME = "review"
_SHOWN = 3  # of a kind of thing that is wrong


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a file of decisions.

    Attributes:
        id: The clip.
        decision: `keep` wants it in the challenge, `drop` out of the dataset, `skip` says nothing.
        tags: Why, in short words.
        who: Who decided.
        when: When, as ISO 8601 writes it.
        audible: Where the sound is heard, [begin, end] in seconds each, or None; scores of
            continuity go by it.
        pass_by: When the source is nearest, in seconds, or None; scores of pass-bys go by it.
    """

    id: str
    decision: Literal["keep", "drop", "skip"]
    tags: list[str] = []
    who: str = ""
    when: str = ""
    audible: list[tuple[float, float]] | None = None
    pass_by: float | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """A file of decisions.

    Attributes:
        file: Its name.
        sha256: Hash of its bytes.
        last: The last decision about every clip.
        changed: Decisions that a later line replaced by another.
        wrong: What is wrong with lines that are no decisions.
    """

    file: str
    sha256: str
    last: Mapping[str, Decision]
    changed: int
    wrong: Sequence[str]


@dataclass(frozen=True, slots=True)
class Review:
    """Drops what a reviewer dropped; other steps find `keep` in the evidence."""

    decisions: Decisions
    name: str = NAME
    needs_media: bool = False

    def drop(self, drafts: Sequence[Draft]) -> dict[str, Reason]:
        """Return the reasons of dropped clips; every decision goes to its clip's evidence."""
        reasons = {}
        for draft in drafts:
            decided = self.decisions.last.get(draft.candidate.id)
            if decided is None:
                continue
            said = msgspec.to_builtins(decided)
            draft.evidence[NAME] = {
                key: value for key, value in said.items() if key != "id" and value is not None
            }
            if decided.decision == "drop":
                tags = ", ".join(decided.tags) or "no tags"
                reasons[decided.id] = Reason(NAME, "dropped", f"{tags} ({decided.who or 'nobody'})")
        return reasons


def read_decisions(path: Path) -> Decisions:
    """Return the decisions of a JSON-lines file; lines that are none are counted, not fatal.

    Raises:
        SfbenchError: The file cannot be read, or holds no decision at all.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SfbenchError(f"--decisions {path} cannot be read: {error.strerror}") from None
    decoder = msgspec.json.Decoder(Decision)
    last: dict[str, Decision] = {}
    changed, wrong = 0, []
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            decided = decoder.decode(line)
        except (msgspec.MsgspecError, ValueError) as error:
            wrong.append(f"line {number}: {error}")
            continue
        before = last.get(decided.id)
        changed += before is not None and before.decision != decided.decision
        last[decided.id] = decided
    if not last:
        first = f" ({wrong[0]})" if wrong else ""
        raise SfbenchError(
            f"--decisions {path} holds no decisions{first}; a line is "
            '{"id": "…", "decision": "keep|drop|skip", "tags": […], "who": "…", "when": "…"}'
        )
    return Decisions(path.name, store.sha256_bytes(data), last, changed, wrong)


def review_notes(decisions: Decisions, verdicts: Sequence[Verdict]) -> list[str]:
    """Return sentences that say what became of decisions; nothing is left out silently.

    Args:
        decisions: What was decided.
        verdicts: What became of every clip in the end.
    """
    counts = Counter(one.decision for one in decisions.last.values())
    said = ", ".join(f"{counts[word]} {word}" for word in ("keep", "drop", "skip"))
    notes = [f"decisions of {decisions.file}, sha256 {decisions.sha256[:12]}: {said}"]
    if decisions.changed:
        notes.append(f"decisions that a later line changed: {decisions.changed}")
    known = {verdict.id: verdict for verdict in verdicts}
    unknown = sorted(decisions.last.keys() - known.keys())
    wanted = sorted(key for key, one in decisions.last.items() if one.decision == "keep")
    lost = [
        f"{key} by {verdict.reason.step}"
        for key in wanted
        if (verdict := known.get(key)) is not None and verdict.reason is not None
    ]
    notes += _note("lines that are no decisions", decisions.wrong)
    notes += _note("ids that are no clips of this source", unknown)
    notes += _note("clips that a reviewer keeps and another step rejected", lost)
    return notes


def _note(what: str, which: Sequence[str]) -> list[str]:
    if not which:
        return []
    more = f" and {len(which) - _SHOWN} more" if len(which) > _SHOWN else ""
    return [f"{what}: {len(which)} ({'; '.join(which[:_SHOWN])}{more})"]
