"""Files that are whole or absent: atomic writes, canonical JSON, hashes, claims."""

import hashlib
import os
import secrets
import sys
from collections.abc import Iterable, Iterator
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


def claim(descriptor: int, what: str) -> None:
    """Keep other processes off an open file until it is closed, where the system can.

    Raises:
        SfbenchError: Another process has claimed it.
    """
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SfbenchError(f"another process is at work on {what}; wait for it") from None
    except OSError:
        pass  # a disk that knows no locks
