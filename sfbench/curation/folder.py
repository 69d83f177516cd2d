"""The source `folder:DIR`: any folder of videos, with an optional metadata.csv."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sfbench import store
from sfbench.clip import SAFE_ID, slug
from sfbench.curation.source import Candidate
from sfbench.errors import ClipError, Reason, SfbenchError

# The suffixes that `datasets` takes for videos; anything else would make a folder it cannot load.
VIDEO_SUFFIXES = frozenset({".mp4", ".mkv", ".mov", ".avi", ".mpeg"})
METADATA = "metadata.csv"


@dataclass(frozen=True, slots=True)
class Folder:
    """Videos of a folder and its sub-folders.

    `metadata.csv` in the folder may have the columns file_name (relative to the folder), label,
    start (seconds), split (train or test) and recording; only file_name is required.
    """

    folder: Path
    limit: int | None = None

    @property
    def name(self) -> str:
        """`folder:` and the folder's own name."""
        return f"folder:{self.folder.resolve().name}"

    @property
    def identity(self) -> str:
        """`folder:` and the whole path; `limit` only decides how many clips of it are taken."""
        return f"folder:{self.folder.resolve()}"

    @property
    def licence(self) -> str:
        """Nobody says what the licence of a folder is."""
        return "unknown"

    def candidates(self) -> Iterator[Candidate]:
        """Yield every video, and every metadata row whose file is missing, sorted by id.

        Raises:
            SfbenchError: There are no videos, or metadata.csv cannot be used.
        """
        rows = _read_metadata(self.folder / METADATA)
        origins = sorted(_videos(self.folder) | rows.keys())
        if not origins:
            known = " ".join(sorted(VIDEO_SUFFIXES))
            raise SfbenchError(f"{self.folder} holds no videos ({known})")
        offered: dict[str, Candidate] = {}
        for origin in origins:
            candidate = _candidate(origin, rows.get(origin, {}), offered)
            offered[candidate.id] = candidate
        yield from sorted(offered.values(), key=lambda one: one.id)[: self.limit]

    def fetch(self, candidate: Candidate, path: Path) -> None:
        """Copy the candidate's video to `path`.

        Raises:
            ClipError: The file is missing, is no regular file, or lies outside the folder.
        """
        origin = self.folder / candidate.origin
        if not origin.resolve().is_relative_to(self.folder.resolve()):
            raise ClipError(Reason("media", "outside", f"{candidate.origin} leaves the folder"))
        if not origin.exists():
            raise ClipError(Reason("media", "missing", f"there is no {candidate.origin}"))
        if not origin.is_file():
            raise ClipError(Reason("media", "not-a-file", f"{candidate.origin} is no regular file"))
        if origin.suffix.lower() not in VIDEO_SUFFIXES:
            raise ClipError(Reason("media", "unknown-format", f"{candidate.origin} is no video"))
        with store.replacing(path) as partial:
            shutil.copyfile(origin, partial)


def open_folder(argument: str, limit: int | None) -> Folder:
    """Return the source `folder:DIR`.

    Raises:
        SfbenchError: There is no such folder.
    """
    if not argument:
        raise SfbenchError("--source folder needs a folder: --source folder:DIR")
    if not Path(argument).is_dir():
        raise SfbenchError(f"there is no folder {argument}")
    return Folder(Path(argument).resolve(), limit)  # workers may stand elsewhere


def _videos(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in VIDEO_SUFFIXES and not path.name.startswith(".")
    }


def _read_metadata(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of metadata.csv by file name; none when there is no such file."""
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SfbenchError(f"{path} cannot be read as CSV: {error}") from None
    if any(not row.get("file_name") for row in rows):
        raise SfbenchError(f"{path} needs a column file_name, filled in every row")
    for number, row in enumerate(rows, start=2):
        _check_row(path, number, row)
    return {PurePosixPath(row["file_name"]).as_posix(): row for row in rows}


def _check_row(path: Path, number: int, row: dict[str, str]) -> None:
    if (row.get("split") or "test") not in ("train", "test"):
        raise SfbenchError(f"{path}, line {number}: split must be train or test")
    try:
        float(row.get("start") or 0)
    except ValueError:
        raise SfbenchError(f"{path}, line {number}: start must be seconds") from None


def _candidate(origin: str, row: dict[str, str], taken: dict[str, Candidate]) -> Candidate:
    return Candidate(
        id=_free_id(origin, taken),
        label=row.get("label") or None,
        start=float(row.get("start") or 0),
        split=row.get("split") or None,
        recording=row.get("recording") or "",
        origin=origin,
        suffix=PurePosixPath(origin).suffix.lower(),
    )


def _free_id(origin: str, taken: dict[str, Candidate]) -> str:
    """Return the file's own name if it can be an id and is free, else a slug with a hash."""
    stem = PurePosixPath(origin).stem
    if SAFE_ID.fullmatch(stem) and stem not in taken:
        return stem
    return f"{slug(stem)}-{store.sha256_bytes(origin.encode())[:8]}"
