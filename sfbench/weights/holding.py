"""What this machine holds of the declared weights.

Local files win, in this order: an explicit folder, `$SFBENCH_HOME/weights`, the Hugging Face cache.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sfbench import store
from sfbench.weights.declaration import NONE_DECLARED, Weights, chosen

Status = Literal["ok", "unpinned", "present", "missing", "wrong-size", "wrong-hash"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What this machine holds of one file of weights; a row of what the verbs print.

    Attributes:
        name: Name of the weights.
        file: File name.
        size: Declared length in bytes.
        licence: Licence of the weights.
        address: Where they are published.
        status: `ok`; `unpinned` (right size, no hash to compare with); `present` (right size, not
            hashed); `missing`; `wrong-size`; `wrong-hash`.
        path: Where the file is, or None.
        sha256: Hash of the file as it is, or None where it was not computed.
    """

    name: str
    file: str
    size: int
    licence: str
    address: str
    status: Status
    path: str | None = None
    sha256: str | None = None

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
    lines = (
        f"{row.status:10}  {row.name}  {row.size / 1e6:.1f} MB  {row.licence}  "
        f"{row.path or row.address}"
        for row in holdings
    )
    return "\n".join(lines) or NONE_DECLARED


def verify(declared: Weights, folder: Path | None = None, *, hashed: bool = True) -> Holding:
    """Return what this machine holds of some weights; not hashed, their bytes are not read."""
    path = locate(declared, folder)
    status: Status = "missing"
    sha256 = None
    if path is not None:
        sha256 = store.sha256_file(path) if hashed else None
        status = _status(declared, path, sha256)
    return Holding(
        name=declared.name,
        file=declared.file,
        size=declared.size,
        licence=declared.licence,
        address=declared.address,
        status=status,
        path=None if path is None else str(path),
        sha256=sha256,
    )


def _status(declared: Weights, path: Path, sha256: str | None) -> Status:
    if path.stat().st_size != declared.size:
        return "wrong-size"
    if sha256 is None:
        return "present"
    expected = expected_sha256(declared, path)
    if expected is None:
        return "unpinned"
    return "ok" if sha256 == expected else "wrong-hash"


def expected_sha256(declared: Weights, path: Path) -> str | None:
    """Return the hash to hold a file to: the published one, else that of its first fetch."""
    record = record_of(path)
    if declared.sha256 is not None or not record.is_file():
        return declared.sha256
    return record.read_text(encoding="utf-8", errors="replace")[:64]


def record_of(path: Path) -> Path:
    """Return the file that keeps the hash of the first fetch, as `sha256sum` writes it."""
    return path.with_name(f"{path.name}.sha256")


def locate(declared: Weights, folder: Path | None = None) -> Path | None:
    """Return the file that is used, unchecked, or None when this machine has none."""
    places = [weights_folder() / declared.file]
    if folder is not None:
        places.insert(0, folder / declared.file)
    if declared.repo is not None:
        places.append(_in_hub_cache(declared))
    return next((place for place in places if place.is_file()), None)


def weights_folder() -> Path:
    """Return the folder that weights are fetched into: `$SFBENCH_HOME/weights`."""
    return store.home() / "weights"


def _in_hub_cache(declared: Weights) -> Path:
    """Return where huggingface_hub keeps the file (its documented cache layout)."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    repository = home / "hub" / f"models--{(declared.repo or '').replace('/', '--')}"
    return repository / "snapshots" / (declared.revision or "") / (declared.path or "")
