"""What this machine holds of the declared weights."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sfbench import store
from sfbench.weights.conversion import Conversion, converted_path
from sfbench.weights.declaration import NONE_DECLARED, Weights, chosen, groups_of
from sfbench.weights.locate import locate, place_of
from sfbench.weights.record import read_record

Status = Literal["ok", "unpinned", "present", "missing", "wrong-size", "wrong-hash"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What this machine holds of one file of weights; a row of what the verbs print.

    Attributes:
        name: Name of the weights.
        file: File name.
        size: Length in bytes: the published one, else that of the file; None where neither is.
        at_most: Length in bytes above which nothing is fetched, where none is published.
        licence: Licence of the weights.
        address: Where they are published.
        status: `ok`; `unpinned` (right size, no hash to compare with); `present` (right size, not
            hashed); `missing`; `wrong-size`; `wrong-hash`.
        groups: Protocols and models that need the weights.
        path: Where the file is, or None.
        sha256: Hash of the file as it is, or None where it was not computed.
        converted_from: Hash of the published file, where the file here was converted from it.
    """

    name: str
    file: str
    licence: str
    address: str
    status: Status
    size: int | None = None
    at_most: int | None = None
    groups: tuple[str, ...] = ()
    path: str | None = None
    sha256: str | None = None
    converted_from: str | None = None

    @property
    def published_sha256(self) -> str | None:
        """Hash of the published file: no number depends on whether it was converted."""
        return self.converted_from or self.sha256

    @property
    def usable(self) -> bool:
        """Whether a network may be filled from the file."""
        return self.status in ("ok", "unpinned", "present")


def list_weights(folder: Path | None = None) -> list[Holding]:
    """Return what this machine holds of all declared weights, not hashed; no rows if none are."""
    return [verify(declared, folder, hashed=False) for declared in chosen(())]


def verify_weights(names: Sequence[str] = (), folder: Path | None = None) -> list[Holding]:
    """Return what this machine holds of the named weights (of all, without names), hashed.

    Raises:
        SfbenchError: A name is unknown; the message lists the known ones.
    """
    return [verify(declared, folder) for declared in chosen(names)]


def holdings_text(holdings: Sequence[Holding]) -> str:
    """Return the rows for people, a line each; a sentence when there are none."""
    name = max((len(row.name) for row in holdings), default=0)
    groups = max((len(_groups(row)) for row in holdings), default=0)
    return "\n".join(_line(row, name, groups) for row in holdings) or NONE_DECLARED


def _groups(row: Holding) -> str:
    return ",".join(row.groups) or "-"


def _line(row: Holding, name: int, groups: int) -> str:
    size = (
        f"{row.size / 1e6:.1f} MB"
        if row.size is not None
        else f"<{round((row.at_most or 0) / 1e6, 1):g} MB"
    )
    place = row.path or row.address
    return (
        f"{row.status:10}  {row.name:{name}}  {size:>9}  {row.licence:15}  "
        f"{_groups(row):{groups}}  {place}"
    )


def foreseen(names: Sequence[str] = (), folder: Path | None = None) -> str:
    """Return what fetching the named weights (all, without names) would bring; empty for nothing.

    Raises:
        SfbenchError: A name is unknown; the message lists the known ones.
    """
    missing = [one for one in chosen(names) if locate(one, folder) is None]
    if not missing:
        return ""
    total = sum(one.limit for one in missing)
    bound = "at most " if any(one.size is None for one in missing) else ""
    files = "1 file" if len(missing) == 1 else f"{len(missing)} files"
    return (
        f"{files} to fetch, {bound}{total / 1e6:.1f} MB: {', '.join(one.name for one in missing)}"
    )


def verify(declared: Weights, folder: Path | None = None, *, hashed: bool = True) -> Holding:
    """Return what this machine holds of some weights; not hashed, their bytes are not read."""
    place, conversion = place_of(declared, folder)
    path = converted_path(place) if place and conversion else place
    status: Status = "missing"
    sha256 = None
    if path is not None:
        sha256 = store.sha256_file(path) if hashed else None
        if conversion is not None:
            status = _converted_status(conversion, path.stat().st_size, sha256)
        else:
            status = _status(declared, path, sha256)
    return Holding(
        name=declared.name,
        file=declared.file,
        size=declared.size if path is None else declared.size or path.stat().st_size,
        at_most=declared.at_most,
        licence=declared.licence,
        address=declared.address,
        status=status,
        groups=groups_of(declared.name),
        path=None if path is None else str(path),
        sha256=sha256,
        converted_from=conversion.source_sha256 if conversion else None,
    )


def _converted_status(conversion: Conversion, size: int, sha256: str | None) -> Status:
    if size != conversion.size:
        return "wrong-size"
    if sha256 is None:
        return "present"
    return "ok" if sha256 == conversion.sha256 else "wrong-hash"


def _status(declared: Weights, path: Path, sha256: str | None) -> Status:
    if not fits(declared, path, path.stat().st_size):
        return "wrong-size"
    if sha256 is None:
        return "present"
    agreed = agrees(declared, path, path, sha256)
    return "unpinned" if agreed is None else "ok" if agreed else "wrong-hash"


def fits(declared: Weights, path: Path, size: int) -> bool:
    """Return whether a length is that of the weights: published, recorded, or not too much.

    Args:
        declared: The weights.
        path: Where they lie or will lie.
        size: The length, in bytes.
    """
    record = read_record(path)
    if declared.size is not None:
        return size == declared.size
    if record is not None and record.size is not None:
        return size == record.size
    return 0 < size <= declared.limit


def agrees(declared: Weights, path: Path, file: Path, sha256: str) -> bool | None:
    """Return whether a file holds the weights, or None where nothing is known to compare with.

    The published SHA-256 decides; else that of the first fetch; else the published MD5.

    Args:
        declared: The weights.
        path: Where they lie or will lie.
        file: The file to judge.
        sha256: Its hash.
    """
    record = read_record(path)
    if declared.sha256 is not None:
        return sha256 == declared.sha256
    if record is not None:
        return sha256 == record.sha256
    if declared.md5 is not None:
        return _md5(file) == declared.md5
    return None


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
    return digest.hexdigest()
