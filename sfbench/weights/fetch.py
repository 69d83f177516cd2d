"""Brings weights onto this machine: once, checked, and never when offline."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.progress import Watch, quiet
from sfbench.weights.declaration import Weights, chosen
from sfbench.weights.download import MEBIBYTE, download, length, published_length
from sfbench.weights.holding import Holding, agrees, fits, verify
from sfbench.weights.locate import locate, weights_folder
from sfbench.weights.record import Record, read_record, write_record


def is_offline() -> bool:
    """Return whether `SFBENCH_OFFLINE` forbids the network."""
    return os.environ.get("SFBENCH_OFFLINE", "0") not in ("", "0")


def fetch_weights(
    names: Sequence[str] = (),
    folder: Path | None = None,
    *,
    offline: bool = False,
    watch: Watch = quiet,
) -> list[Holding]:
    """Return what this machine holds of the named weights (of all, without names) once fetched.

    One that fails does not keep the others from being fetched.

    Raises:
        SfbenchError: A name is unknown (then nothing is fetched), or some could not be had.
    """
    holdings, failures = [], []
    for declared in chosen(names):
        try:
            fetch(declared, folder, offline=offline, watch=watch)
        except SfbenchError as error:
            failures.append(str(error))
        else:
            holdings.append(verify(declared, folder))
    if failures:
        raise SfbenchError("\n".join(failures))
    return holdings


def fetch(
    declared: Weights, folder: Path | None = None, *, offline: bool = False, watch: Watch = quiet
) -> Path:
    """Return the checked file of some weights, fetched if this machine has none.

    Args:
        declared: The weights.
        folder: Where to look first and to fetch to; `$SFBENCH_HOME/weights` when None.
        offline: Whether to leave the network alone; so does `SFBENCH_OFFLINE=1`.
        watch: Shows progress, in MiB.

    Raises:
        SfbenchError: The file is not here and may not or cannot be fetched, or it is not the one
            that was declared.
    """
    path = locate(declared, folder)
    if path is None:
        target = (folder or weights_folder()) / declared.file
        if offline or is_offline():
            raise SfbenchError(_absent(declared, target))
        return _bring(declared, target, watch)
    status = verify(declared, folder).status
    if status not in ("ok", "unpinned"):
        raise SfbenchError(
            f"{path} is not the {declared.name} that was declared ({status}); delete it and type: "
            f"sfbench weights fetch {declared.name}"
        )
    return path


def _absent(declared: Weights, target: Path) -> str:
    size = f"{'' if declared.size else 'at most '}{declared.limit} bytes"
    return (
        f"{declared.name} is not on this machine, and nothing is fetched while offline; put "
        f"{declared.file} ({size}, from {declared.address}) at {target}"
    )


def _bring(declared: Weights, target: Path, watch: Watch) -> Path:
    partial = target.with_name(f"{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _claimed(partial):
            if not target.is_file():  # another process may have brought it in the meantime
                _fill(declared, partial, _size(declared, target), watch)
                _accept(declared, partial, target)
    except OSError as error:
        raise SfbenchError(
            f"{declared.name} cannot be written: {error}; choose another --dir or SFBENCH_HOME"
        ) from None
    return target


@contextmanager
def _claimed(partial: Path) -> Iterator[None]:
    """Keep other processes off `partial`, where the system can; leave no empty file behind."""
    if sys.platform == "win32":  # a file that is open could not be renamed there
        yield
        return
    with partial.open("ab") as file:
        store.claim(file.fileno(), str(partial))
        try:
            yield
        finally:
            if partial.exists() and not length(partial):
                partial.unlink()


def _size(declared: Weights, target: Path) -> int:
    """Return the length of the published file: declared, else as the server tells it."""
    if declared.size is not None:
        return declared.size
    size = published_length(declared.address, declared.limit)
    if not fits(declared, target, size):
        raise SfbenchError(
            f"{declared.address} is {size} bytes long, and was not at the first fetch: it is "
            "another file"
        )
    return size


def _fill(declared: Weights, partial: Path, size: int, watch: Watch) -> None:
    if length(partial) > size:
        partial.write_bytes(b"")
    missing = size - length(partial)
    free = shutil.disk_usage(partial.parent).free
    if free < missing:
        raise SfbenchError(
            f"{declared.name} needs {missing} more bytes and {partial.parent} has {free} free; "
            "choose another --dir or SFBENCH_HOME"
        )
    steps = size // MEBIBYTE - length(partial) // MEBIBYTE
    for _ in watch(download(declared.address, partial, size), steps, f"{declared.name}, MiB"):
        pass


def _accept(declared: Weights, partial: Path, target: Path) -> None:
    """Turn a filled partial file into the target, or delete it."""
    sha256, size = store.sha256_file(partial), length(partial)
    if agrees(declared, target, partial, sha256) is False:
        partial.unlink()
        raise SfbenchError(
            f"{declared.address} holds other bytes than declared (sha256 {sha256}, expected "
            f"{_expected(declared, target)}); it was deleted, nothing was installed"
        )
    if declared.sha256 is None:
        write_record(target, Record(sha256, size))
    store.settle(partial, target)


def _expected(declared: Weights, target: Path) -> str:
    record = read_record(target)
    return declared.sha256 or (record.sha256 if record else f"MD5 {declared.md5}")
