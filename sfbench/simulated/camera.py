"""Where things are in the picture.

The camera stands at the origin. Angles are proportional to pixels (an equidistant lens), so that
an object can be followed all around and its size is proportional to 1/r. Places and sizes are
given on a canvas of 320 by 240 units, whatever the picture's pixels.
"""

from dataclasses import dataclass

import numpy as np

from sfbench.simulated.objects import OBJECTS
from sfbench.simulated.scene import Scene
from sfbench.simulated.silhouettes import SILHOUETTES
from sfbench.simulated.trajectory import (
    Times,
    Trajectory,
    bearing,
    distance,
    elevation,
)

WIDTH, HEIGHT = 320, 240
"""Units of the canvas."""

FOCAL = 246.0
"""Units per radian: the picture is 1.3 radians wide."""

EYE = 1.5
"""Height of the camera over the ground, in metres."""

_LOOK_AWAY = 1.75  # radians
_TURNING = 0.5  # seconds
_TILT = 0.25  # share of an aircraft's change of elevation that the camera does not follow
_TOP = 0.42  # place of an aircraft at its highest, as a share of the height


@dataclass(frozen=True, slots=True)
class Placing:
    """Where the object is in every picture, on the canvas.

    Attributes:
        x: Its middle, [T]; 0 is the left edge.
        base: Its lowest point, [T]; 0 is the top edge.
        scale: Units per metre, [T].
        pan: Where the camera looks, to the right of straight ahead, [T] in radians.
    """

    x: Times
    base: Times
    scale: Times
    pan: Times


def place(scene: Scene, times: Times) -> Placing:
    """Return where the object is at `times`, [T] in seconds."""
    way = scene.trajectory
    looked_at = pan(scene, times)
    scale = scene.zoom * FOCAL / distance(way, times)
    x = WIDTH / 2 + FOCAL * (bearing(way, times) - looked_at)
    return Placing(x, _base(scene, way, times, scale), scale, looked_at)


def pan(scene: Scene, times: Times) -> Times:
    """Return where the camera looks: after the object, a little unsteady, now and then away."""
    middle = scene.trajectory.bearing
    followed = middle + scene.follow * (bearing(scene.trajectory, times) - middle)
    rng = np.random.default_rng([scene.seed, 2])
    if scene.trajectory.kind in ("static", "hover"):
        sweep = rng.uniform(0.06, 0.2) * np.sin(times * rng.uniform(0.3, 0.6) + rng.uniform(0, 6))
        followed = followed + sweep
    shake = sum(
        size * np.sin(rate * times + rng.uniform(0, 6))
        for size, rate in ((0.009, 1.3), (0.004, 3.1), (0.0015, 7.3))
    )
    steady: Times = followed + _LOOK_AWAY * _averted(scene, times)
    return steady + rng.uniform(0.5, 1.5) * shake


def _averted(scene: Scene, times: Times) -> Times:
    """Return 0 while the camera looks at the scene and 1 while it looks away, smoothly, [T]."""
    if scene.away is None:
        return np.zeros_like(times)
    begin, end = scene.away
    depth = np.clip(np.minimum(times - begin, end - times) / _TURNING, 0, 1)
    averted: Times = depth**2 * (3 - 2 * depth)
    return averted


def _base(scene: Scene, way: Trajectory, times: Times, scale: Times) -> Times:
    """Return the object's lowest point: on the ground, or where the camera tilts to."""
    if OBJECTS[scene.label].altitude == (0.0, 0.0):
        return horizon(scene) + EYE * scale
    highest = np.arctan2(way.altitude, way.closest)
    middle: Times = HEIGHT * _TOP + _TILT * FOCAL * (highest - elevation(way, times))
    return middle + SILHOUETTES[scene.label].height * scale / 2


def horizon(scene: Scene) -> float:
    """Return the height of the horizon on the canvas; low when the camera looks up."""
    return HEIGHT * (0.85 if OBJECTS[scene.label].place == "sky" else 0.6)


def ground_line(scene: Scene, angles: Times, metres: float) -> Times:
    """Return where a straight line on the ground lies on the canvas, [A].

    The line passes `metres` farther (negative: nearer) than the object's closest point, and at
    right angles to it.

    Args:
        scene: The scene.
        angles: To the right of straight ahead, [A] in radians.
        metres: How much farther than the object.
    """
    way = scene.trajectory
    least = max(0.3 * way.closest, way.closest + metres)
    cosine = np.maximum(np.cos(angles - way.bearing), 0)
    return horizon(scene) + scene.zoom * FOCAL * EYE / least * cosine
