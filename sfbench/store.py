"""Files that are whole or absent: atomic writes, canonical JSON, hashes, journals."""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from sfbench.errors import SfbenchError

T = TypeVar("T")


def home() -> Path:
    """Return the folder of weights and caches: `$SFBENCH_HOME` or `~/.cache/sfbench`."""
    return Path(os.environ.get("SFBENCH_HOME") or Path.home() / ".cache" / "sfbench")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path that becomes `path` when the block ends well, and vanishes if not.

    The temporary file lies in the same folder, has a name of its own in every process and keeps
    the suffix, so that writers which look at it work.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.{os.getpid()}-{secrets.token_hex(4)}{path.suffix}")
    try:
        yield partial
        settle(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def settle(partial: Path, path: Path) -> None:
    """Turn a finished file into `path` in the same folder; it is on disk when this returns."""
    with partial.open("rb+") as file:  # Windows syncs only what is open for writing
        os.fsync(file.fileno())
    partial.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all."""
    with replacing(path) as partial:
        partial.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 `text` to `path`, whole or not at all."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, whole or not at all."""
    write_bytes(path, msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def to_lines(records: Iterable[Any]) -> bytes:
    r"""Return records as JSON lines; equal records give equal bytes.

    >>> to_lines([{"id": "a"}, {"id": "b"}])
    b'{"id":"a"}\n{"id":"b"}\n'
    """
    encoder = msgspec.json.Encoder(order="deterministic")
    return b"".join(encoder.encode(record) + b"\n" for record in records)


def read_lines(path: Path, kind: type[T]) -> list[T]:
    """Return the records of a JSON-lines file.

    Raises:
        SfbenchError: The file or a line of it cannot be read; the message names it.
    """
    decoder = msgspec.json.Decoder(kind)
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise SfbenchError(f"{path} cannot be read: {error.strerror}") from None
    records = []
    for number, line in enumerate(lines, start=1):
        try:
            records.append(decoder.decode(line))
        except (msgspec.MsgspecError, ValueError) as error:
            raise SfbenchError(f"{path}, line {number}: {error}") from None
    return records


def sha256_bytes(data: bytes) -> str:
    """Return the SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON (sorted keys)."""
    return sha256_bytes(msgspec.json.encode(value, order="deterministic"))


class Journal:
    """An append-only file of finished work; a line torn by a crash is dropped, not fatal.

    The first line holds the fingerprint of what was asked. Work that was asked differently must
    not be resumed from it.

    Args:
        path: The journal's file.
        asked: Fingerprint of everything that the work depends on.

    Attributes:
        records: What an earlier process left, in order.

    Raises:
        SfbenchError: The journal belongs to other work.
    """

    def __init__(self, path: Path, asked: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        whole, records = _whole_lines(path)
        if records and records[0].get("asked") != asked:
            raise SfbenchError(
                f"{path.parent} holds work that was asked differently (other inputs, settings or "
                f"version); choose another --out, or delete that folder to start again"
            )
        self.records = records[1:]
        self._file = path.open("ab")
        self._file.truncate(whole)
        if not records:
            self._append({"asked": asked})

    def append(self, record: Any) -> None:
        """Add one record, a dataclass or a dict with an `id`; it is on disk when this returns."""
        self._append(record)

    def finished(self, kind: type[T], again: Callable[[T], bool]) -> dict[str, T]:
        """Return by id what an earlier process finished, the last record of an id counting.

        Args:
            kind: What a record is.
            again: Whether a record must be done again, for example because its file is gone.
        """
        last = {record["id"]: msgspec.convert(record, kind) for record in self.records}
        return {key: value for key, value in last.items() if not again(value)}

    def _append(self, record: Any) -> None:
        self._file.write(msgspec.json.encode(record) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; every record is on disk already."""
        self._file.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _whole_lines(path: Path) -> tuple[int, list[dict[str, Any]]]:
    """Return the length of the readable part of a journal, in bytes, and its records."""
    if not path.exists():
        return 0, []
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
