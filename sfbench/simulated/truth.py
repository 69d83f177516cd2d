"""What is true of a scene, frame by frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sfbench.media.level import HOP, levels
from sfbench.simulated.picture import frame_times, visible_area
from sfbench.simulated.scene import FPS, SECONDS, Scene
from sfbench.simulated.sound import Heard, hear
from sfbench.simulated.trajectory import closest_approach, distance, radial_velocity

Span = tuple[float, float]  # start and end, in seconds

AUDIBLE_DB = 18.0
"""How far below its loudest an object still counts as audible."""

STANDS_OUT_DB = 6.0
"""How far over the background an object must be to count as audible."""

FAINTEST_DBFS = -56.0
"""Level below which nothing counts as audible."""

_SMOOTH = 0.25  # seconds over which the level is averaged
_HOLE = 0.3  # seconds: shorter holes are closed, shorter spans dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of a scene; lists have one value per picture, times are in seconds.

    Attributes:
        label_shown: VGGSound name of the object that is shown.
        label_heard: VGGSound name of the sound; None when there is only background.
        trajectory: Kind of the object's way.
        frame_rate: Pictures per second of the lists below.
        visible_area: Share of the picture that the object covers, 0 to 1.
        distance: From the listener to the object, in metres.
        radial_velocity: How fast the distance grows, in metres per second.
        fundamental: Frequency at the listener, in Hz; None where silent or without pitch. It
            left the source distance / c earlier.
        audible: When the sound of the object can be heard.
        closest_approach: When the object is closest; None when not within the clip.
        off_screen: When nothing of the object can be seen.
        view: How the object is seen.
        group: `good`, or which step should reject the clip.
        defect: What is wrong with the media, or None.
        snr: Loudest level of the object over the background, in dB.
    """

    label_shown: str
    label_heard: str | None
    trajectory: str
    frame_rate: float
    visible_area: list[float]
    distance: list[float]
    radial_velocity: list[float]
    fundamental: list[float | None]
    audible: list[Span]
    closest_approach: float | None
    off_screen: list[Span]
    view: str
    group: str
    defect: str | None
    snr: float | None


def truth(scene: Scene, fps: float = FPS) -> Truth:
    """Return what is true of a scene at `fps` pictures per second."""
    return truth_of(scene, hear(scene), fps)


def truth_of(scene: Scene, heard: Heard, fps: float = FPS) -> Truth:
    """Return what is true of a scene whose sound is at hand."""
    times, way = frame_times(fps), scene.trajectory
    area = visible_area(scene, fps)
    heard_at = audible(heard)
    return Truth(
        label_shown=scene.label,
        label_heard=scene.heard,
        trajectory=way.kind,
        frame_rate=fps,
        visible_area=_rounded(area, 6),
        distance=_rounded(distance(way, times), 3),
        radial_velocity=_rounded(radial_velocity(way, times), 3),
        fundamental=_fundamental(heard, times, heard_at),
        audible=heard_at,
        closest_approach=closest_approach(way, SECONDS),
        off_screen=spans(area <= 0, 1 / fps),
        view=scene.view,
        group=scene.group,
        defect=scene.defect,
        snr=scene.snr if scene.heard else None,
    )


def audible(heard: Heard) -> list[Span]:
    """Return when the object can be heard, by its own level at the listener.

    That is, where its level over 0.25 s is within 18 dB of its loudest, 6 dB over the background
    and over -56 dBFS. The clip's own sound is active there by the rule of the continuity metrics
    (25 dB below the 95th percentile of the level).
    """
    level = levels(heard.object)
    smooth = _smooth(level)
    background = float(np.median(levels(heard.background)))
    least = max(smooth.max() - AUDIBLE_DB, background + STANDS_OUT_DB, FAINTEST_DBFS)
    return [_trimmed(span, level >= least) for span in _settled(spans(smooth >= least, HOP))]


def _trimmed(span: Span, loud: NDArray[np.bool_]) -> Span:
    """Return the span without the edges that only the average makes loud."""
    begin, end = (round(edge / HOP) for edge in span)
    inside = begin + np.flatnonzero(loud[begin:end])
    return round(float(inside[0]) * HOP, 4), round(float(inside[-1] + 1) * HOP, 4)


def _smooth(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the level of the mean power over a quarter of a second, [T] in dB."""
    width = round(_SMOOTH / HOP) | 1
    padded = np.pad(10 ** (level / 10), width // 2, mode="edge")
    return 10 * np.log10(np.convolve(padded, np.full(width, 1 / width), "valid"))


def spans(holds: NDArray[np.bool_], step: float) -> list[Span]:
    """Return where a condition holds, in seconds.

    >>> spans(np.array([True, True, False, True]), 0.5)
    [(0.0, 1.0), (1.5, 2.0)]
    """
    edges = np.flatnonzero(np.diff(np.pad(holds, 1).astype(np.int8)))
    return [
        (round(float(begin) * step, 4), round(float(end) * step, 4))
        for begin, end in edges.reshape(-1, 2)
    ]


def _settled(found: list[Span]) -> list[Span]:
    """Return the spans with short holes closed and short spans dropped."""
    merged: list[Span] = []
    for begin, end in found:
        if merged and begin - merged[-1][1] < _HOLE:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return [span for span in merged if span[1] - span[0] >= _HOLE]


def _fundamental(
    heard: Heard, times: NDArray[np.float64], heard_at: list[Span]
) -> list[float | None]:
    if heard.fundamental is None:
        return [None] * len(times)
    pitch = np.interp(times, np.arange(len(heard.fundamental)) * HOP, heard.fundamental)
    return [
        round(float(hertz), 2) if any(begin <= time < end for begin, end in heard_at) else None
        for hertz, time in zip(pitch, times, strict=True)
    ]


def _rounded(values: NDArray[np.float64], digits: int) -> list[float]:
    return [float(value) for value in np.round(values, digits)]
