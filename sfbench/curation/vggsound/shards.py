"""Members of tar files, found once and read in place: shards are never unpacked.

Plain tar files are read by offset. Compressed ones (.tar.gz) are read through a seek index, which
is made while the members are listed; both are kept in `$SFBENCH_HOME/shards`.
"""

import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from sfbench import store
from sfbench.errors import ClipError, Reason, SfbenchError

SUFFIXES = (".tar", ".tar.gz", ".tgz")
_FORMAT = 1  # of the kept indexes
_GZIP = b"\x1f\x8b"
_BLOCK = 512  # bytes; POSIX.1-2017, pax: ustar interchange format
_SPACING = 16 << 20  # bytes between seek points; each costs 32 KiB in the index
_CHUNK = 1 << 20
_UNREADABLE = (tarfile.TarError, zlib.error, OSError, EOFError, ValueError)


class Member(msgspec.Struct, frozen=True, array_like=True):
    """A file inside a shard: its name, and where its bytes are once decompressed."""

    name: str
    offset: int
    size: int


class Shard(msgspec.Struct, frozen=True):
    """What a shard holds.

    Attributes:
        members: Files, in order, as far as the shard can be read.
        damage: Where the shard stops being readable, or None.
    """

    members: list[Member]
    damage: str | None = None


def is_shard(name: str) -> bool:
    """Say whether a file name is one of a tar file.

    >>> is_shard("vggsound_08.tar.gz"), is_shard("vggsound_08.csv")
    (True, False)
    """
    return name.lower().endswith(SUFFIXES)


def index_shard(path: Path, wanted: Callable[[str], bool]) -> Shard:
    """Return the members of a shard whose names are wanted, and the shard's damage if it has any.

    The first time, a shard is read from end to end; later its kept index is, until the shard's
    size or time changes.

    Raises:
        SfbenchError: The shard is compressed and `indexed-gzip` is not installed.
    """
    kept = _kept(path, ".json")
    if kept.is_file():
        return msgspec.json.decode(kept.read_bytes(), type=Shard)
    members: list[Member] = []
    damage = None
    with _open(path, indexed=False) as file:
        try:
            members.extend(member for member in _members(file) if wanted(member.name))
        except _UNREADABLE as error:
            damage = f"unreadable after {len(members)} clips: {error or type(error).__name__}"
        if _is_gzip(path):
            with store.replacing(_kept(path, ".gzidx")) as partial:
                file.export_index(str(partial))
    shard = Shard(members, damage)
    store.write_bytes(kept, msgspec.json.encode(shard))
    return shard


def read_member(path: Path, offset: int, size: int, target: Path) -> None:
    """Write `size` bytes of a shard from `offset` on to `target`.

    Raises:
        ClipError: The shard is gone, ends too early, or is damaged there.
        SfbenchError: The shard is compressed and `indexed-gzip` is not installed.
    """
    try:
        with (
            _open(path, indexed=True) as file,
            store.replacing(target) as partial,
            partial.open("wb") as copy,
        ):
            file.seek(offset)
            _copy(file, copy, size)
    except FileNotFoundError:
        raise ClipError(_reason("missing-media", f"{path.name} is gone")) from None
    except _UNREADABLE as error:
        raise ClipError(
            _reason("damaged-shard", f"{path.name} at byte {offset}: {error}")
        ) from None


def _reason(code: str, detail: str) -> Reason:
    return Reason("media", code, detail, retryable=True)


def _copy(file: IO[bytes], copy: IO[bytes], size: int) -> None:
    while size:
        block = file.read(min(size, _CHUNK))
        if not block:
            raise EOFError(f"{size} bytes are missing")
        copy.write(block)
        size -= len(block)


def _members(file: IO[bytes]) -> Iterator[Member]:
    """Yield the regular files of an open tar file.

    Raises:
        tarfile.TarError: A header is damaged or missing; Python's reader takes that for the end.
    """
    with tarfile.open(fileobj=file, mode="r:") as archive:
        while (entry := archive.next()) is not None:
            if entry.isreg():
                yield Member(entry.name, entry.offset_data, entry.size)
        end = archive.offset
    file.seek(end)
    if file.read(_BLOCK) != bytes(_BLOCK):
        raise tarfile.ReadError(f"neither a file nor the end at byte {end}")


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def _kept(path: Path, suffix: str) -> Path:
    """Return where the index of a shard is kept; another size or time is another shard."""
    state = path.stat()
    key = store.fingerprint([_FORMAT, str(path.resolve()), state.st_size, state.st_mtime_ns])
    return store.home() / "shards" / f"{key[:24]}{suffix}"


def _open(path: Path, *, indexed: bool) -> Any:
    """Return an open shard that gives decompressed bytes and can seek."""
    if not _is_gzip(path):
        return path.open("rb")
    try:
        from indexed_gzip import IndexedGzipFile
    except ModuleNotFoundError:
        raise SfbenchError(
            f"to read inside {path.name}: pip install 'sfbench[vggsound]' (or gunzip it)"
        ) from None
    index = _kept(path, ".gzidx")
    known = {"index_file": str(index)} if indexed and index.is_file() else {}
    return IndexedGzipFile(filename=str(path), spacing=_SPACING, buffer_size=_CHUNK, **known)
