"""Writes tars of WebDataset: `<id>.mp4`, `<id>.flac` and `<id>.json` of every clip."""

import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sfbench.curation.embed.write import Example


def write_tar(path: Path, examples: Sequence[Example]) -> None:
    """Write a tar; equal clips give equal bytes."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for one in examples:
            about = msgspec.json.encode(one.about, order="deterministic")
            video = Path(one.clip.video).suffix
            for suffix, data in ((video, one.video), (".flac", one.sound), (".json", about)):
                entry = tarfile.TarInfo(f"{one.clip.id}{suffix}")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
