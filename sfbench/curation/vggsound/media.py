"""Where the media of VGGSound clips are: loose files, tar shards, parquet files of a dataset.

A place is written into `Candidate.origin`, so that workers need no table of places. Another way
of getting media (a download) is another kind of place.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sfbench import store
from sfbench.curation.vggsound.names import id_of
from sfbench.curation.vggsound.shards import index_shard, is_shard, read_member
from sfbench.curation.vggsound.shards_parquet import index_parquet, is_parquet, read_cell
from sfbench.errors import ClipError, Reason, SfbenchError
from sfbench.progress import Watch, quiet


class File(msgspec.Struct, frozen=True, tag="file"):
    """A loose file."""

    path: str

    def bring(self, target: Path) -> None:
        """Copy the file."""
        try:
            with store.replacing(target) as partial:
                shutil.copyfile(self.path, partial)
        except OSError as error:
            detail = f"{self.path}: {error.strerror}"
            raise ClipError(Reason("media", "missing-media", detail, retryable=True)) from None


class InShard(msgspec.Struct, frozen=True, tag="shard"):
    """A member of a tar file."""

    path: str
    offset: int
    size: int

    def bring(self, target: Path) -> None:
        """Copy the member out of its shard."""
        read_member(Path(self.path), self.offset, self.size, target)


class InParquet(msgspec.Struct, frozen=True, tag="parquet"):
    """A row of a parquet file."""

    path: str
    group: int
    row: int
    column: str

    def bring(self, target: Path) -> None:
        """Write the row's video."""
        read_cell(Path(self.path), self.group, self.row, self.column, target)


Place = File | InShard | InParquet


@dataclass(frozen=True, slots=True)
class Found:
    """What media folders hold.

    Attributes:
        origins: Place of every clip's media, as `bring` reads it, by clip id.
        damages: Shards that cannot be read to their end, and where they stop.
    """

    origins: dict[str, str]
    damages: list[str]


def find_media(folders: Sequence[Path], watch: Watch = quiet) -> Found:
    """Return where the media of clips are, by the names of files, tar members and rows.

    The first folder wins; in a folder a loose file wins over a shard, and a shard over a parquet
    file; then the first path.

    Raises:
        SfbenchError: A folder is missing, or a package that reads its shards is.
    """
    origins: dict[str, str] = {}
    damages: list[str] = []
    for folder in folders:
        if not folder.is_dir():
            raise SfbenchError(f"there is no folder {folder}; give one with --media DIR")
        loose, shards, tables = _sorted_files(folder)
        for path in loose:
            _keep(origins, path, File(path))
        for path in watch(shards, len(shards), "list shards"):
            for name, place in _in_shard(path, damages):
                _keep(origins, name, place)
        for path in tables:
            for cell in index_parquet(Path(path), _is_clip):
                _keep(origins, cell.name, InParquet(path, cell.group, cell.row, cell.column))
    return Found(origins, damages)


def bring(origin: str, target: Path) -> None:
    """Write the media of a place to `target`.

    Raises:
        ClipError: It is gone or damaged.
    """
    place: Place = msgspec.json.decode(origin, type=Place)
    place.bring(target)


def _keep(origins: dict[str, str], name: str, place: Place) -> None:
    key = id_of(name)
    if key is not None and key not in origins:
        origins[key] = msgspec.json.encode(place).decode()


def _in_shard(path: str, damages: list[str]) -> Iterator[tuple[str, InShard]]:
    shard = index_shard(Path(path), _is_video)
    if shard.damage is not None:
        damages.append(f"{Path(path).name} is {shard.damage}")
    for member in shard.members:
        yield member.name, InShard(path, member.offset, member.size)


def _is_video(name: str) -> bool:
    return name.endswith(".mp4") and _is_clip(name)


def _is_clip(name: str) -> bool:
    return id_of(name) is not None


def _sorted_files(folder: Path) -> tuple[list[str], list[str], list[str]]:
    """Return the paths of clips, tar files and parquet files of a tree, each sorted."""
    loose, shards, tables = [], [], []
    for parent, _, names in os.walk(folder.resolve()):
        for name in names:
            if _is_video(name):
                loose.append(os.path.join(parent, name))  # noqa: PTH118 (200,000 of them)
            elif is_shard(name):
                shards.append(os.path.join(parent, name))  # noqa: PTH118
            elif is_parquet(name):
                tables.append(os.path.join(parent, name))  # noqa: PTH118
    return sorted(loose), sorted(shards), sorted(tables)
