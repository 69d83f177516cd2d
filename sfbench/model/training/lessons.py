"""Clips of a simulated dataset folder with what is true of them, for encoders to learn from."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sfbench.clip import Clip
from sfbench.encoders.cache import EmbeddingCache, home_cache
from sfbench.encoders.square import MINI_LOOK, mini_square
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest, read_manifest
from sfbench.media.read import read_media
from sfbench.progress import Watch

RATE = 16_000
"""Sample rate of all sounds that are learnt from; nothing in the simulated world sounds higher."""

FPS = 2
"""Pictures per second that are learnt from."""

_KEPT = f"lesson|{RATE}hz|{FPS}fps|{MINI_LOOK}"


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One clip to learn from or to be asked about; equal to itself alone.

    Attributes:
        id: The clip's id.
        shown: Label of the clip, which names what is shown.
        heard: Label of what is heard; None when there is only background.
        audible: When it can be heard, in seconds.
        view: How the object is seen.
        sound: Mono samples at 16 kHz, [n].
        pictures: Squares of the pictures, two per second, [T, 192, 192, 3].
        area: Share of each picture that the object covers, [T].
    """

    id: str
    shown: str
    heard: str | None
    audible: tuple[tuple[float, float], ...]
    view: str
    sound: NDArray[np.float32]
    pictures: NDArray[np.uint8]
    area: NDArray[np.float64]

    @property
    def own(self) -> bool:
        """Whether what is shown is what is heard."""
        return self.heard == self.shown


class _Truth(msgspec.Struct):
    """What is read of a truth file."""

    label_heard: str | None
    audible: list[tuple[float, float]]
    view: str
    frame_rate: float
    visible_area: list[float]


def read_lessons(folder: Path, watch: Watch, cache: EmbeddingCache | None = None) -> list[Lesson]:
    """Return the clips of a dataset folder in order, from both of its splits.

    Args:
        folder: A dataset folder whose clips have truth files.
        watch: Shows progress.
        cache: Where decoded clips are kept by content; by default in `$SFBENCH_HOME`.

    Raises:
        SfbenchError: The folder holds no dataset, or clips without label or truth.
    """
    manifest = read_manifest(folder)
    lessons = _lessons(manifest, cache or home_cache())
    return list(watch(lessons, len(manifest.clips), f"read {folder.name}"))


def _lessons(manifest: Manifest, cache: EmbeddingCache) -> Iterator[Lesson]:
    for clip in manifest.clips:
        truth, media = _truth(manifest, clip), _media(manifest, clip, cache)
        shown = np.arange(len(media["pictures"])) * truth.frame_rate / FPS
        places = np.minimum(shown.astype(int), len(truth.visible_area) - 1)
        yield Lesson(
            id=clip.id,
            shown=clip.label or "",
            heard=truth.label_heard,
            audible=tuple(truth.audible) if truth.label_heard else (),
            view=truth.view,
            sound=media["sound"],
            pictures=media["pictures"],
            area=np.array(truth.visible_area)[places],
        )


def _truth(manifest: Manifest, clip: Clip) -> _Truth:
    if clip.truth is None or clip.label is None:
        raise SfbenchError(
            f"{clip.id} of {manifest.folder} has no truth; learn from a simulated dataset: "
            f"sfbench curate --source simulated:11 --out {manifest.folder}"
        )
    return msgspec.json.decode(manifest.path(clip.truth).read_bytes(), type=_Truth)


def _media(manifest: Manifest, clip: Clip, cache: EmbeddingCache) -> dict[str, NDArray[Any]]:
    """Return a clip's sound and pictures; decoded once, ever."""
    key = cache.key(clip.sha256, _KEPT, (0.0, clip.seconds))
    if not cache.has(key):
        media = read_media(manifest.path(clip.video), rates=(RATE,), fps=FPS, keep=mini_square)
        cache.put(key, {"sound": media.sound[RATE], "pictures": media.frames})
    return cache.get(key)
