"""Writes a scene as a media file, with the defect that it should have."""

from collections.abc import Iterator
from itertools import islice, repeat
from pathlib import Path

import numpy as np

from sfbench.curation.simulated.picture import Picture, frames
from sfbench.curation.simulated.scene import FPS, RATE, SECONDS, Scene
from sfbench.curation.simulated.synth import Samples
from sfbench.media.write import write_mp4
from sfbench.store import write_bytes

_SHORT = 2.0  # seconds that are left of a short clip
_HEAD = 0.3  # share of a file that a corruption leaves whole
_LEFT = 0.6  # share of a file that a truncation leaves


def write_media(scene: Scene, sound: Samples, path: Path) -> None:
    """Write an mp4 of H.264 and AAC, whole or as broken as the scene's `defect` says."""
    if scene.defect == "short":
        sound = sound[: round(_SHORT * RATE)]
    if scene.defect == "silent":
        sound = np.zeros_like(sound)
    heard = None if scene.defect == "no-sound-stream" else sound
    write_mp4(path, _pictures(scene), FPS, heard, RATE)
    if scene.defect == "truncated":
        data = path.read_bytes()
        write_bytes(path, data[: round(_LEFT * len(data))])
    if scene.defect == "corrupt":
        write_bytes(path, _corrupted(path.read_bytes(), scene.seed))


def _pictures(scene: Scene) -> Iterator[Picture]:
    if scene.defect == "short":
        return islice(frames(scene), round(_SHORT * FPS))
    if scene.defect == "still":
        return repeat(next(frames(scene)), round(SECONDS * FPS))
    return frames(scene)


def _corrupted(data: bytes, seed: int) -> bytes:
    """Return a file whose later part is noise."""
    head = round(_HEAD * len(data))
    return data[:head] + np.random.default_rng([seed, 6]).bytes(len(data) - head)
