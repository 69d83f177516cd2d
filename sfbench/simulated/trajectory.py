"""Where the object is, as exact functions of time.

Metres, seconds; the listener and the camera stand at the origin, x points to the right, y up and
z ahead. Distance and radial velocity are analytic.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]  # [T], seconds
Kind = Literal["pass-by", "approach-recede", "hover", "static"]

SPEED_OF_SOUND = 343.0
"""In metres per second."""

_SWAY = 0.12  # a hovering object strays by this share of its distance
_SWAY_RATES = (0.9, 0.6)  # radians per second: along and across the line of sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """A way through the scene.

    Attributes:
        kind: `pass-by` is a straight line at constant speed; `approach-recede` comes along the
            line of sight, turns and leaves; `hover` sways about a point; `static` stands.
        closest: Least distance on the ground, in metres.
        bearing: Angle of the closest point, to the right of straight ahead, in radians.
        altitude: Height over the listener, in metres.
        speed: Speed, in metres per second; what approach and recession tend to.
        time: When the object is closest, in seconds; may lie outside the clip.
        turn: 1 when it moves to the right, -1 to the left.
    """

    kind: Kind
    closest: float
    bearing: float = 0.0
    altitude: float = 0.0
    speed: float = 0.0
    time: float = 0.0
    turn: int = 1


def _plane(way: Trajectory, times: Times) -> tuple[Times, Times, Times, Times]:
    """Return place and speed on the ground: along and across the line to the closest point."""
    since, zero = times - way.time, np.zeros_like(times)
    match way.kind:
        case "pass-by":
            speed = way.turn * way.speed
            return zero + way.closest, speed * since, zero, zero + speed
        case "approach-recede":
            along = np.sqrt(way.closest**2 + (way.speed * since) ** 2)
            return along, zero, way.speed**2 * since / along, zero
        case "hover":
            reach = _SWAY * way.closest
            fast, slow = _SWAY_RATES
            return (
                way.closest + reach * (1 - np.cos(fast * since)),
                way.turn * reach * np.sin(slow * since),
                reach * fast * np.sin(fast * since),
                way.turn * reach * slow * np.cos(slow * since),
            )
        case "static":
            return zero + way.closest, zero, zero, zero


def radial(trajectory: Trajectory, times: Times) -> tuple[Times, Times]:
    """Return the distance in metres and how fast it grows in metres per second, each [T].

    >>> way = Trajectory(kind="pass-by", closest=3.0, speed=1.0, time=0.0)
    >>> radial(way, np.array([-4.0, 0.0, 4.0]))
    (array([5., 3., 5.]), array([-0.8,  0. ,  0.8]))
    """
    along, across, along_speed, across_speed = _plane(trajectory, times)
    metres = np.sqrt(along**2 + across**2 + trajectory.altitude**2)
    return metres, (along * along_speed + across * across_speed) / metres


def distance(trajectory: Trajectory, times: Times) -> Times:
    """Return the distance from the listener, [T] in metres."""
    return radial(trajectory, times)[0]


def radial_velocity(trajectory: Trajectory, times: Times) -> Times:
    """Return how fast the distance grows, [T] in metres per second; negative while approaching."""
    return radial(trajectory, times)[1]


def bearing(trajectory: Trajectory, times: Times) -> Times:
    """Return the angle to the right of straight ahead, [T] in radians, without jumps."""
    along, across, _, _ = _plane(trajectory, times)
    return trajectory.bearing + np.arctan2(across, along)


def elevation(trajectory: Trajectory, times: Times) -> Times:
    """Return the angle over the horizon, [T] in radians."""
    along, across, _, _ = _plane(trajectory, times)
    return np.arctan2(np.full_like(times, trajectory.altitude), np.hypot(along, across))


def emission_times(trajectory: Trajectory, times: Times) -> Times:
    """Return when the sound that is heard at `times` left the source, [T] in seconds.

    Solves tau + r(tau) / c = t by Newton's method; three steps reach the rounding error for the
    speeds of this world.

    >>> way = Trajectory(kind="static", closest=343.0)
    >>> emission_times(way, np.array([5.0]))
    array([4.])
    """
    emitted = times - distance(trajectory, times) / SPEED_OF_SOUND
    for _ in range(3):
        metres, velocity = radial(trajectory, emitted)
        late = emitted + metres / SPEED_OF_SOUND - times
        emitted = emitted - late / (1 + velocity / SPEED_OF_SOUND)
    return emitted


def closest_approach(trajectory: Trajectory, seconds: float) -> float | None:
    """Return when the object is closest, in seconds; None when not within the clip, or never."""
    moving = trajectory.kind in ("pass-by", "approach-recede")
    return trajectory.time if moving and 0 < trajectory.time < seconds else None
