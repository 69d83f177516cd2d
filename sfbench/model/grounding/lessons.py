"""Clips of a simulated dataset folder as power in mel bands, with what is heard in each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from sfbench.clip import Clip
from sfbench.encoders.grounding.grounder import FRAMES_PER_SECOND
from sfbench.encoders.grounding.network import GroundingNetwork
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest, read_manifest
from sfbench.media.read import read_media
from sfbench.progress import Watch

SPECTRA_PER_SECOND = 100

Power = NDArray[np.float32]  # [S, M]
Heard = NDArray[np.bool_]  # [T], 25 frames per second


@dataclass(frozen=True, slots=True)
class Lesson:
    """One clip to learn from or to be asked about.

    Attributes:
        id: The clip's id.
        shown: Label of the clip, which names what is shown.
        heard: Label of what is heard; None when there is only background.
        audible: When it can be heard, in seconds.
        power: Power in mel bands, [S, M].
    """

    id: str
    shown: str | None
    heard: str | None
    audible: tuple[tuple[float, float], ...]
    power: Power


class _Truth(msgspec.Struct):
    """What is read of a truth file."""

    label_heard: str | None
    audible: list[tuple[float, float]]


def read_lessons(folder: Path, network: GroundingNetwork, watch: Watch) -> list[Lesson]:
    """Return the clips of a dataset folder in order, from both of its splits.

    Args:
        folder: A dataset folder whose clips have truth files.
        network: Whose front end makes the spectra.
        watch: Shows progress.

    Raises:
        SfbenchError: The folder holds no dataset, or clips without truth.
    """
    manifest = read_manifest(folder)
    return list(watch(_lessons(manifest, network), len(manifest.clips), f"read {folder.name}"))


def _lessons(manifest: Manifest, network: GroundingNetwork) -> Iterator[Lesson]:
    rate = network.geometry.rate
    for clip in manifest.clips:
        truth = _truth(manifest, clip)
        sound = read_media(manifest.path(clip.video), rates=(rate,)).sound[rate]
        with torch.inference_mode():
            power = network.power(torch.from_numpy(sound)[None])[0].numpy()
        spans = tuple(truth.audible) if truth.label_heard else ()
        yield Lesson(clip.id, clip.label, truth.label_heard, spans, power)


def _truth(manifest: Manifest, clip: Clip) -> _Truth:
    if clip.truth is None:
        raise SfbenchError(
            f"{clip.id} of {manifest.folder} has no truth; learn from a simulated dataset: "
            f"sfbench curate --source simulated:11 --out {manifest.folder}"
        )
    return msgspec.json.decode(manifest.path(clip.truth).read_bytes(), type=_Truth)


def heard_frames(lesson: Lesson, count: int, begin: int = 0) -> Heard:
    """Return in which of `count` frames of scores, from frame `begin` on, a clip is heard, [T]."""
    middle = (begin + np.arange(count) + 0.5) / FRAMES_PER_SECOND
    inside = np.zeros(count, np.bool_)
    for first, last in lesson.audible:
        inside |= (first <= middle) & (middle < last)
    return inside


def sounds_of(lessons: Sequence[Lesson]) -> set[str]:
    """Return the labels of all that is heard."""
    return {lesson.heard for lesson in lessons if lesson.heard is not None}
