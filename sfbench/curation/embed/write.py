"""Puts a finished dataset into files that hold the media, too: tars of WebDataset, or parquet.

The dataset folder stays what it is, and what `sfbench run` reads; the copy stands in a folder
inside it that `datasets.load_dataset` opens from anywhere.
"""

import io
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec

from sfbench import store
from sfbench.catalog import Catalog
from sfbench.clip import Clip
from sfbench.curation.card import card
from sfbench.errors import SfbenchError
from sfbench.executor import Stage
from sfbench.manifest import Manifest, read_manifest
from sfbench.media.read import NATIVE, read_media
from sfbench.progress import Watch, quiet

Kind = Literal["webdataset", "parquet"]

TOGETHER = 500
"""Clips in one file, about 1 GB of VGGSound."""


@dataclass(frozen=True, slots=True)
class Example:
    """A clip with its media.

    Attributes:
        clip: The clip.
        video: Bytes of its video file.
        sound: Its sound, mono at its own rate, as a FLAC file.
    """

    clip: Clip
    video: bytes
    sound: bytes

    @property
    def about(self) -> dict[str, Any]:
        """What is said of the clip beside its media."""
        names = ("id", "label", "family", "start", "seconds", "sha256")
        return {name: getattr(self.clip, name) for name in names}


Writer = Callable[[Path, Sequence[Example]], None]  # writes one file

writers: Catalog[Writer] = Catalog(
    "format",
    {
        "webdataset": "sfbench.curation.embed.webdataset:write_tar",
        "parquet": "sfbench.curation.embed.parquet:write_parquet",
    },
)
_SUFFIXES = {"webdataset": ".tar", "parquet": ".parquet"}


def embed(dataset: Path, kind: Kind, watch: Watch = quiet) -> Path:
    """Return the folder `<dataset>/<kind>`, made anew from a finished dataset folder.

    Raises:
        SfbenchError: There is no finished dataset, a package is missing, or media of a kept clip
            is gone or cannot be decoded.
    """
    manifest, write = read_manifest(dataset), writers[kind]
    _check_suffixes(manifest.clips)
    folder = dataset / kind
    shutil.rmtree(folder, ignore_errors=True)
    splits = {
        name: tuple(clip for clip in manifest.clips if clip.split == name)
        for name in sorted({clip.split for clip in manifest.clips})
    }
    for name, clips in splits.items():
        examples = _examples(manifest, clips, watch)
        for number, group in enumerate(_groups(examples)):
            with store.replacing(folder / name / f"{number:05d}{_SUFFIXES[kind]}") as partial:
                write(partial, group)
    about = msgspec.json.decode((dataset / "dataset.json").read_bytes())
    store.write_text(folder / "README.md", card(about, splits, f"*{_SUFFIXES[kind]}"))
    return folder


def _examples(manifest: Manifest, clips: Sequence[Clip], watch: Watch) -> Iterator[Example]:
    stage = Stage("embed", partial(_sound, manifest))
    for outcome in watch(stage.run(clips), len(clips), "embed"):
        if outcome.value is None:
            raise SfbenchError(
                f"{outcome.item.id} cannot be embedded ({outcome.reason}); curate again"
            )
        video = manifest.path(outcome.item.video).read_bytes()
        yield Example(outcome.item, video, outcome.value)


def _sound(manifest: Manifest, clip: Clip) -> bytes:
    """Return a clip's sound as a FLAC file of 16 bits."""
    import soundfile

    media = read_media(manifest.path(clip.video), rates=(NATIVE,))
    file = io.BytesIO()
    soundfile.write(file, media.sound[NATIVE], media.sample_rate, "PCM_16", format="FLAC")
    return file.getvalue()


def _groups(examples: Iterable[Example]) -> Iterator[list[Example]]:
    rest = iter(examples)
    while group := list(islice(rest, TOGETHER)):
        yield group


def _check_suffixes(clips: Sequence[Clip]) -> None:
    suffixes = sorted({Path(clip.video).suffix for clip in clips})
    if len(suffixes) > 1:
        raise SfbenchError(
            f"media in one file must be of one kind, these are {', '.join(suffixes)}; "
            "use --format folder"
        )
