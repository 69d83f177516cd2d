"""A scene as arrays, without encoding; what training reads."""

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from sfbench.simulated.picture import frames
from sfbench.simulated.scene import RATE, Scene
from sfbench.simulated.sound import hear
from sfbench.simulated.truth import Truth, truth_of


@dataclass(frozen=True, slots=True)
class Rendering:
    """A scene as arrays.

    Attributes:
        sound: Mono samples, [rate * 10], -1 to 1.
        frames: RGB pictures, [fps * 10, height, width, 3].
        truth: What is true of it, at `fps` values per second.
    """

    sound: NDArray[np.float32]
    frames: NDArray[np.uint8]
    truth: Truth


def render(
    scene: Scene, *, rate: int = RATE, fps: float = 8, size: tuple[int, int] = (64, 64)
) -> Rendering:
    """Return a scene as arrays; the same arguments give the same bytes.

    A defect of the media is no part of the scene: it is made when a file is written.

    Args:
        scene: The scene.
        rate: Sample rate of the sound, in Hz.
        fps: Pictures per second.
        size: Width and height of the pictures; another shape than 4:3 squeezes them.
    """
    heard = hear(scene)
    return Rendering(
        _at(heard.sound, rate),
        np.stack(list(frames(scene, fps, size))),
        truth_of(scene, heard, fps),
    )


def soundtrack(scene: Scene, rate: int = RATE) -> NDArray[np.float32]:
    """Return the sound of a scene, [rate * 10], -1 to 1."""
    return _at(hear(scene).sound, rate)


def _at(sound: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    resampled: NDArray[np.float32] = sound if rate == RATE else soxr.resample(sound, RATE, rate)
    return resampled
