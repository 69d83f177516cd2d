"""Sounds that somebody else made: a folder of files named by clip id."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import ClipError, Reason, SfbenchError
from sfbench.manifest import Manifest
from sfbench.media.container import DEMUXERS
from sfbench.media.read import NATIVE, read_media
from sfbench.model.settings import checked
from sfbench.take import Sound

# Lossless first, should a folder hold a clip twice.
SOUND_SUFFIXES = (".wav", ".flac", *sorted(DEMUXERS.keys() - {".wav", ".flac"}))


class _Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    folder: str


@dataclass(frozen=True, slots=True)
class Folder:
    """Answers each clip with the file `<clip id>.*` of a folder."""

    folder: Path
    kind: Literal["processes"] = "processes"

    def generate(self, clip: Clip, seed: int) -> Sound:
        """Return the file's sound, mono, at its native rate.

        Raises:
            ClipError: There is no such file, or it cannot be read.
        """
        path = named_file(self.folder, clip.id)
        if path is None:
            raise ClipError(Reason("generate", "missing", f"no {clip.id}.wav in the folder"))
        media = read_media(path, rates=(NATIVE,))
        return Sound(media.sound[NATIVE], media.sample_rate)

    def contents(self) -> dict[str, str]:
        """Return the hash of every sound in the folder, by file name."""
        return {
            path.name: store.sha256_file(path)
            for path in sorted(self.folder.iterdir())
            if path.suffix.lower() in SOUND_SUFFIXES and path.is_file()
        }


def open_folder(manifest: Manifest, settings: Mapping[str, Any]) -> Folder:
    """Return the generator `folder:DIR`.

    Raises:
        SfbenchError: There is no such folder.
    """
    folder = Path(checked(settings, _Settings).folder)
    if not folder.is_dir():
        raise SfbenchError(f"there is no folder {folder}")
    return Folder(folder)


def named_file(folder: Path, clip_id: str) -> Path | None:
    """Return the sound or video file called `clip_id` in a folder, or None."""
    paths = (folder / f"{clip_id}{suffix}" for suffix in SOUND_SUFFIXES)
    return next((path for path in paths if path.is_file()), None)
