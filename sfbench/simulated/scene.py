"""All that defines one clip of the simulated world."""

from dataclasses import dataclass
from typing import Literal

from sfbench.simulated.timbre import Timbre
from sfbench.simulated.trajectory import Trajectory

SECONDS = 10.0
"""Length of every clip."""

RATE = 16_000
"""Sample rate of the sound, in Hz."""

FPS = 15
"""Pictures per second of the video files."""

SIZE = (320, 240)
"""Width and height of the video files, in pixels."""

Group = Literal["good", "other-sound", "no-sound", "not-continuous", "defect"]
Defect = Literal[
    "still",
    "truncated",
    "silent",
    "no-sound-stream",
    "corrupt",
    "short",
    "clipped",
    "frozen",
    "bars",
    "offset",
    "hum",
]
View = Literal["followed", "fixed", "glance-away", "never-seen", "tiny", "blurred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A second object that is seen and makes no sound.

    Attributes:
        label: Whose silhouette it has.
        offset: Angle to the right of the middle of the scene, in radians.
        width: Width in the picture, as a share of the picture's width.
        drift: Angle by which it moves to the right per second, in radians.
    """

    label: str
    offset: float
    width: float
    drift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One clip: what is seen, what is heard, where it goes and what is wrong with it.

    Attributes:
        id: The clip's id; ids sort by their place in the world.
        seed: Source of everything that is not stated here: timbre, colours, backdrop, noise.
        timbre: Whether the sound's properties lie in the usual ranges or just beyond them.
        group: `good`, or which later step should reject the clip.
        split: `train` or `test`.
        label: VGGSound name of the object that is shown, and of the clip.
        heard: VGGSound name of the sound; None when only the background is heard.
        family: Family of `label`.
        trajectory: Where the object is.
        gate: When the source starts and stops to sound, in seconds at the source.
        view: How the object is seen; settles the four fields below.
        follow: Share of the object's angle by which the camera turns along, 0 to 1.
        away: When the camera looks elsewhere, in seconds, or None.
        zoom: Factor on the true perspective size.
        blur: Factor by which detail is lost; 1 is sharp.
        companion: A second, silent object, or None.
        defect: What is wrong with the media, or None.
        snr: Loudest level of the object over the background noise, in dB.
        peak: Greatest amplitude of the object's sound, 0 to 0.9.
    """

    id: str
    seed: int
    timbre: Timbre
    group: Group
    split: Literal["train", "test"]
    label: str
    heard: str | None
    family: str
    trajectory: Trajectory
    gate: tuple[float, float]
    view: View
    follow: float
    away: tuple[float, float] | None
    zoom: float
    blur: int
    companion: Companion | None
    defect: Defect | None
    snr: float
    peak: float
