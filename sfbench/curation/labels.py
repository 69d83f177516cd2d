"""The fates of labels: which promise a continuous sound, and why the others do not."""

from collections import Counter
from pathlib import Path

import msgspec

from sfbench import benchmark_files, store
from sfbench.errors import SfbenchError

FATES = ("core", "extended", "ambience", "excluded")
"""What may become of a label, the most wanted first."""


class LabelRow(msgspec.Struct, frozen=True):
    """One label.

    Attributes:
        label: The label, spelled as its source spells it.
        fate: One of `FATES`.
        family: Group of labels that people and networks take for each other; empty if excluded.
        reason: Why the label has this fate.
        prompt: The sound in plain words, for text-to-audio grounding; empty if excluded.
    """

    label: str
    fate: str
    family: str
    reason: str
    prompt: str


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label with words of its own."""

    label: str
    reason: str
    prompt: str = ""


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels of one fate; those without words of their own share the group's reason."""

    fate: str
    labels: list[str | _Entry]
    family: str = ""
    reason: str = ""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of labels; `count` and `names_sha256` say which labels it must speak of."""

    format: int
    groups: list[_Group]
    count: int | None = None
    names_sha256: str | None = None


def read_labels(name: str, beside: Path | None = None) -> list[LabelRow]:
    """Return the rows of a label table, sorted by label.

    Args:
        name: A name in `curation/labels/`, or a TOML file.
        beside: Folder that the path of a TOML file starts from; the working folder when None.

    Raises:
        SfbenchError: There is no such table, or a label stands twice, is missing or unknown, or
            lacks what its fate needs.
    """
    path = _locate(name, beside)
    table = benchmark_files.read_toml(path, _Table)
    rows = [row for group in table.groups for row in _rows(group)]
    for row in rows:
        _check_row(path, row)
    _check_names(path, table, [row.label for row in rows])
    return sorted(rows, key=lambda row: row.label)


def names_sha256(labels: list[str]) -> str:
    """Return the SHA-256 of the sorted labels, one a line; what a table's header states."""
    return store.sha256_bytes("".join(f"{label}\n" for label in sorted(labels)).encode())


def _locate(name: str, beside: Path | None) -> Path:
    if not name.endswith(".toml"):
        return benchmark_files.find("curation/labels", name)
    path = (beside or Path()) / name
    if not path.is_file():
        raise SfbenchError(f"there is no label table {path}")
    return path


def _rows(group: _Group) -> list[LabelRow]:
    entries = [
        _Entry(label=entry, reason=group.reason) if isinstance(entry, str) else entry
        for entry in group.labels
    ]
    return [
        LabelRow(entry.label, group.fate, group.family, entry.reason, entry.prompt)
        for entry in entries
    ]


def _check_row(path: Path, row: LabelRow) -> None:
    if row.fate not in FATES:
        raise SfbenchError(f"{path}: {row.fate!r} is no fate; choose from {', '.join(FATES)}")
    if not row.reason:
        raise SfbenchError(f"{path}: {row.label!r} has no reason")
    if row.fate != "excluded" and not (row.family and row.prompt):
        raise SfbenchError(f"{path}: {row.label!r} is {row.fate} and needs a family and a prompt")


def _check_names(path: Path, table: _Table, labels: list[str]) -> None:
    twice = sorted(label for label, count in Counter(labels).items() if count > 1)
    if twice:
        raise SfbenchError(f"{path} names {', '.join(map(repr, twice))} more than once")
    if table.count is not None and len(labels) != table.count:
        raise SfbenchError(f"{path} names {len(labels)} labels, but there are {table.count}")
    if table.names_sha256 is not None and names_sha256(labels) != table.names_sha256:
        raise SfbenchError(
            f"{path} does not name the labels that it should: one is misspelled or unknown; "
            "keep the source's own spelling, odd ones too"
        )
