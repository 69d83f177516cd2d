"""What resume reads: an append-only file of finished work."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from sfbench.errors import SfbenchError
from sfbench.store import claim

T = TypeVar("T")


class Journal:
    """An append-only file of finished work; a line torn by a crash is dropped, not fatal.

    The first line holds the fingerprint of what was asked. Work that was asked differently must
    not be resumed from it. One process at a time may hold a journal.

    Args:
        path: The journal's file.
        asked: Fingerprint of everything that the work depends on.

    Attributes:
        records: What an earlier process left, in order.

    Raises:
        SfbenchError: The journal belongs to other work, or another process holds it.
    """

    def __init__(self, path: Path, asked: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._asked = asked
        self._file = path.open("ab")
        try:
            self.records = self._begin(asked)
        except BaseException:
            self._file.close()
            raise

    def _begin(self, asked: str) -> list[dict[str, Any]]:
        claim(self._file.fileno(), str(self.path.parent))
        whole, records = _whole_lines(self.path)
        _check(self.path, records, asked)
        self._file.truncate(whole)
        if not records:
            self.append({"asked": asked})
        return records[1:]

    def append(self, record: Any) -> None:
        """Add one record, a dataclass or a dict with an `id`; it is on disk when this returns."""
        self._file.write(msgspec.json.encode(record) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def finished(
        self, kind: type[T], again: Callable[[T], bool], others: Iterable[Path] = ()
    ) -> dict[str, T]:
        """Return by id what an earlier process finished, the last record of an id counting.

        Args:
            kind: What a record is.
            again: Whether a record must be done again, for example because its file is gone.
            others: Journals of the same work, maybe still written to by other processes.

        Raises:
            SfbenchError: A record is none of this version's, or a journal belongs to other work.
        """
        theirs = [path for path in sorted(others) if path != self.path]
        records = [record for path in theirs for record in read_journal(path, self._asked)]
        return finished(self.path, [*records, *self.records], kind, again)

    def close(self) -> None:
        """Close the file; every record is on disk already."""
        self._file.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_journal(path: Path, asked: str) -> list[dict[str, Any]]:
    """Return the records of a journal that another process may be writing to.

    Raises:
        SfbenchError: The journal belongs to other work.
    """
    _, records = _whole_lines(path)
    _check(path, records, asked)
    return records[1:]


def finished(
    path: Path, records: list[dict[str, Any]], kind: type[T], again: Callable[[T], bool]
) -> dict[str, T]:
    """Return a journal's records by id, the last one of an id counting.

    Args:
        path: The journal, for the message.
        records: What it holds.
        kind: What a record is.
        again: Whether a record must be done again.

    Raises:
        SfbenchError: A record is none of this version's.
    """
    try:
        last = {record["id"]: msgspec.convert(record, kind) for record in records}
    except (KeyError, msgspec.ValidationError) as error:
        raise SfbenchError(
            f"{path} was written by another version of sfbench ({error}); delete it to start again"
        ) from None
    return {key: value for key, value in last.items() if not again(value)}


def _check(path: Path, records: list[dict[str, Any]], asked: str) -> None:
    if records and records[0].get("asked") != asked:
        raise SfbenchError(
            f"{path.parent} holds work that was asked differently (other inputs or settings); "
            "choose another --out, or delete that folder to start again"
        )


def _whole_lines(path: Path) -> tuple[int, list[dict[str, Any]]]:
    """Return the length of the readable part of a journal, in bytes, and its records."""
    whole, records = 0, []
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            record = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.MsgspecError, ValueError):
            break
        if not line.endswith(b"\n"):
            break
        whole += len(line)
        records.append(record)
    return whole, records
