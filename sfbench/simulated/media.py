"""Writes a scene as a media file, with the defect that it should have."""

from pathlib import Path

import numpy as np

from sfbench.media.write import write_mp4
from sfbench.simulated.defects import spoilt_pictures, spoilt_sound
from sfbench.simulated.scene import FPS, RATE, Scene
from sfbench.simulated.synth import Samples
from sfbench.store import write_bytes

_HEAD = 0.3  # share of a file that a corruption leaves whole
_LEFT = 0.6  # share of a file that a truncation leaves


def write_media(scene: Scene, sound: Samples, path: Path) -> None:
    """Write an mp4 of H.264 and AAC, whole or as broken as the scene's `defect` says."""
    write_mp4(path, spoilt_pictures(scene), FPS, spoilt_sound(scene, sound), RATE)
    if scene.defect == "truncated":
        data = path.read_bytes()
        write_bytes(path, data[: round(_LEFT * len(data))])
    if scene.defect == "corrupt":
        write_bytes(path, _corrupted(path.read_bytes(), scene.seed))


def _corrupted(data: bytes, seed: int) -> bytes:
    """Return a file whose later part is noise."""
    head = round(_HEAD * len(data))
    return data[:head] + np.random.default_rng([seed, 6]).bytes(len(data) - head)
