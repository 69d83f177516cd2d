"""What changed between two curations, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import Reason
from sfbench.manifest import read_manifest

_SETTINGS = ("recipe_sha256", "source", "lists", "thresholds", "versions")
_SHOWN = 20


class _Rejected(msgspec.Struct):
    id: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Change:
    """A clip of which two curations say something else.

    Attributes:
        id: The clip.
        what: `added`, `removed`, or `changed`: both keep it.
        why: What explains it: a step's reason, or what differs.
    """

    id: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one curation to another.

    Attributes:
        same: Whether both manifests are equal.
        settings: What they were decided by, where it differs: the old and the new value.
        counts: Number of clips added, removed, changed and equal.
        reasons: How often each explanation of a change occurs.
        changes: Every change, sorted by id.
    """

    same: bool
    settings: dict[str, tuple[Any, Any]]
    counts: dict[str, int]
    reasons: dict[str, int]
    changes: list[Change]

    def __str__(self) -> str:
        if self.same:
            return "the same clips with the same evidence"
        counts = ", ".join(f"{what} {count}" for what, count in self.counts.items())
        lines = [counts, *(f"{name}: {old} → {new}" for name, (old, new) in self.settings.items())]
        lines += [f"{count:>6}  {why}" for why, count in self.reasons.items()]
        lines += [f"{one.what:>8} {one.id}: {one.why}" for one in self.changes[:_SHOWN]]
        if len(self.changes) > _SHOWN:
            lines.append(f"and {len(self.changes) - _SHOWN} more; --json has all of them")
        return "\n".join(lines)


def compare_curations(old: Path, new: Path) -> Difference:
    """Return what changed from the dataset folder `old` to `new`.

    Raises:
        SfbenchError: One of them holds no finished dataset.
    """
    before, after = read_manifest(old), read_manifest(new)
    first, second = _by_id(before.clips), _by_id(after.clips)
    causes = _rejected(old), _rejected(new)
    changes = []
    for key in sorted(first.keys() | second.keys()):
        change = _change(key, first.get(key), second.get(key), causes)
        if change is not None:
            changes.append(change)
    counted = Counter(change.what for change in changes)
    equal = len(first.keys() & second.keys()) - counted["changed"]
    counts = {what: counted[what] for what in ("added", "removed", "changed")} | {"equal": equal}
    reasons = Counter(f"{change.what}: {_kind(change.why)}" for change in changes)
    settings = _settings(_about(old), _about(new))
    same = before.sha256 == after.sha256
    return Difference(same, settings, counts, dict(reasons.most_common()), changes)


Causes = tuple[Mapping[str, Reason], Mapping[str, Reason]]  # of the old and the new curation


def _change(key: str, old: Clip | None, new: Clip | None, causes: Causes) -> Change | None:
    if old is None:
        return Change(key, "added", _cause(causes[0].get(key), "was not in the source"))
    if new is None:
        return Change(key, "removed", _cause(causes[1].get(key), "is not in the source any more"))
    differing = _differing(old, new)
    return Change(key, "changed", "; ".join(differing)) if differing else None


def _cause(reason: Reason | None, otherwise: str) -> str:
    return otherwise if reason is None else f"{reason.step} said {reason}"


def _kind(why: str) -> str:
    """Return an explanation without what is the clip's own."""
    return "; ".join(part.partition(": ")[0] for part in why.split("; "))


def _differing(old: Clip, new: Clip) -> list[str]:
    """Return what two entries of a clip say differently, field by field and step by step."""
    fields = ("label", "family", "split", "sha256", "seconds", "start", "video", "truth")
    told = [
        f"{name}: {getattr(old, name)} → {getattr(new, name)}"
        for name in fields
        if getattr(old, name) != getattr(new, name)
    ]
    steps = sorted(old.evidence.keys() | new.evidence.keys())
    return told + [
        f"evidence of {step}: {_flat(old.evidence.get(step))} → {_flat(new.evidence.get(step))}"
        for step in steps
        if old.evidence.get(step) != new.evidence.get(step)
    ]


def _flat(value: Any) -> str:
    return "none" if value is None else msgspec.json.encode(value).decode()


def _by_id(clips: tuple[Clip, ...]) -> dict[str, Clip]:
    return {clip.id: clip for clip in clips}


def _rejected(folder: Path) -> dict[str, Reason]:
    rows = store.read_lines(folder / "rejected.jsonl", _Rejected)
    return {row.id: row.reason for row in rows}


def _about(folder: Path) -> dict[str, Any]:
    about: dict[str, Any] = msgspec.json.decode((folder / "dataset.json").read_bytes())
    return about


def _settings(old: dict[str, Any], new: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what both were decided by where it differs; of tables, the rows that differ."""
    found: dict[str, tuple[Any, Any]] = {}
    for name in _SETTINGS:
        left, right = old.get(name), new.get(name)
        if isinstance(left, dict) and isinstance(right, dict):
            rows = {f"{name}.{key}": (left.get(key), right.get(key)) for key in left | right}
            found |= {key: pair for key, pair in rows.items() if pair[0] != pair[1]}
        elif left != right:
            found[name] = (left, right)
    return found
