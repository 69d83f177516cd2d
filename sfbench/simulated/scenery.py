"""What stands and lies in a panorama: hills, houses, trees, roads, rails, waves."""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, pi

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import ImageDraw

from sfbench.simulated.camera import FOCAL, HEIGHT, ground_line
from sfbench.simulated.pen import Colour, shade
from sfbench.simulated.scene import Scene

AROUND = ceil(2 * pi * FOCAL)
"""Width of the panorama on the canvas."""

GROUND: dict[str, Colour] = {
    "street": (116, 118, 120),
    "road": (118, 142, 84),
    "circuit": (112, 148, 78),
    "track": (136, 128, 92),
    "water": (52, 98, 130),
    "lawn": (92, 152, 64),
    "town": (138, 136, 118),
    "sky": (96, 116, 74),
}
"""Colour of the ground of every place, by daylight."""


@dataclass(frozen=True, slots=True)
class Light:
    """Colours of a time of day: zenith, horizon, clouds, and how bright the ground is."""

    zenith: Colour
    low: Colour
    cloud: Colour
    ground: float


@dataclass(frozen=True, slots=True)
class Canvas:
    """What the layers of one panorama share.

    Attributes:
        scene: The scene.
        place: What kind of place it is; a key of `GROUND`.
        light: The time of day.
        rng: Draws what is not stated.
        horizon: Height of the horizon on the canvas.
    """

    scene: Scene
    place: str
    light: Light
    rng: Generator
    horizon: float


def draw_scenery(draw: ImageDraw.ImageDraw, canvas: Canvas) -> None:
    """Draw on sky and ground what belongs to the place, the farthest first."""
    _ridge(draw, canvas)
    _middle_distance(draw, canvas)
    _lanes(draw, canvas)


def _ridge(draw: ImageDraw.ImageDraw, canvas: Canvas) -> None:
    """Draw far hills, or a far shore."""
    rng, angles = canvas.rng, np.linspace(0, 2 * pi, 241)
    waves = sum(
        np.sin(turns * angles + rng.uniform(0, 6)) / turns**0.6 for turns in rng.integers(1, 14, 5)
    )
    tall = 5.0 if canvas.place == "water" else rng.uniform(6, 20)
    tops = canvas.horizon - tall * (0.9 + 0.35 * waves)
    near, far = np.array(shade((88, 112, 84), canvas.light.ground)), np.array(canvas.light.low)
    colour = tuple(int(part) for part in (near + far) // 2)
    edge = list(zip(np.linspace(0, AROUND, 241), np.minimum(tops, canvas.horizon), strict=True))
    draw.polygon([(0, canvas.horizon), *edge, (AROUND, canvas.horizon)], fill=colour)


def _middle_distance(draw: ImageDraw.ImageDraw, canvas: Canvas) -> None:
    """Draw houses or trees along the horizon."""
    match canvas.place:
        case "street" | "town":
            _houses(draw, canvas)
        case "road" | "lawn" | "track" | "circuit":
            _trees(draw, canvas, 0.6)
        case "sky":
            _trees(draw, canvas, 0.35)
    if canvas.place == "circuit":
        _kerb(draw, canvas)


def _houses(draw: ImageDraw.ImageDraw, canvas: Canvas) -> None:
    rng, left = canvas.rng, 0.0
    while left < AROUND:
        wide, tall = rng.uniform(26, 80), rng.uniform(18, 72 if canvas.place == "street" else 40)
        wall = shade((150, 138, 126), canvas.light.ground * rng.uniform(0.65, 1.2))
        box = (left, canvas.horizon - tall, min(left + wide, AROUND), canvas.horizon + 4)
        draw.rectangle(box, fill=wall)
        lit = canvas.light.ground < 0.6
        for row in np.arange(box[1] + 6, canvas.horizon - 6, 11):
            for column in np.arange(left + 5, box[2] - 8, 11):
                bright = lit and rng.random() < 0.4
                pane = (246, 214, 130) if bright else shade(wall, 0.62)
                draw.rectangle((column, row, column + 5, row + 6), fill=pane)
        left += wide + rng.choice([0.0, 0.0, rng.uniform(6, 40)])


def _trees(draw: ImageDraw.ImageDraw, canvas: Canvas, size: float) -> None:
    rng = canvas.rng
    for left in np.sort(rng.uniform(0, AROUND, int(rng.integers(12, 70)))):
        tall = size * rng.uniform(18, 56)
        leaf = shade((70, 112, 56), canvas.light.ground * rng.uniform(0.7, 1.15))
        trunk, top = shade((84, 66, 48), canvas.light.ground), canvas.horizon + 2 - tall
        draw.line((left, canvas.horizon + 2, left, top + tall / 3), fill=trunk, width=2)
        if rng.random() < 0.4:
            third = tall * 0.3
            draw.polygon(
                [
                    (left - third, canvas.horizon - 3),
                    (left, top),
                    (left + third, canvas.horizon - 3),
                ],
                fill=leaf,
            )
        else:
            draw.ellipse((left - tall * 0.4, top, left + tall * 0.4, top + tall * 0.75), fill=leaf)


def _kerb(draw: ImageDraw.ImageDraw, canvas: Canvas) -> None:
    """Draw a race course's red and white barrier along the horizon."""
    for index, left in enumerate(range(0, AROUND, 14)):
        colour = (206, 44, 40) if index % 2 else (236, 236, 232)
        box = (left, canvas.horizon - 4, left + 14, canvas.horizon + 3)
        draw.rectangle(box, fill=shade(colour, min(1.0, canvas.light.ground)))


def _lanes(draw: ImageDraw.ImageDraw, canvas: Canvas) -> None:
    """Draw what the object runs on, where it runs."""
    coming = canvas.scene.trajectory.kind == "approach-recede" and canvas.place != "water"
    if coming or canvas.place in ("sky", "lawn", "town"):
        return
    dim = min(1.0, canvas.light.ground)
    if canvas.place == "water":
        _waves(draw, canvas)
    elif canvas.place == "track":
        _band(draw, canvas, (-2.2, 2.2), shade((120, 108, 96), dim))
        _rail(draw, canvas, -0.75, dim)
        _rail(draw, canvas, 0.75, dim)
    else:
        _band(draw, canvas, (-5.5, 3.0), shade((84, 86, 92), dim))
        _dashes(draw, canvas, -1.6, shade((236, 232, 214), dim))


def _angles(canvas: Canvas) -> NDArray[np.float64]:
    """Return the angle of points along the panorama, [A] in radians."""
    return np.arange(0, AROUND + 4, 4) / FOCAL


def _band(
    draw: ImageDraw.ImageDraw, canvas: Canvas, between: tuple[float, float], colour: Colour
) -> None:
    """Fill the ground between two lines, given in metres beyond the object's line."""
    angles = _angles(canvas)
    near, far = (ground_line(canvas.scene, angles, metres) for metres in between)
    places = angles * FOCAL
    edge = [*zip(places, near, strict=True), *reversed([*zip(places, far, strict=True)])]
    draw.polygon(edge, fill=colour)


def _rail(draw: ImageDraw.ImageDraw, canvas: Canvas, metres: float, dim: float) -> None:
    angles = _angles(canvas)
    places = ground_line(canvas.scene, angles, metres)
    ahead = np.cos(angles - canvas.scene.trajectory.bearing) > 0
    points = list(zip(angles * FOCAL, places, ahead, strict=True))
    for (x0, y0, seen), (x1, y1, _) in pairwise(points):
        if seen:
            draw.line((x0, y0, x1, y1), fill=shade((206, 208, 212), dim), width=1)


def _dashes(draw: ImageDraw.ImageDraw, canvas: Canvas, metres: float, colour: Colour) -> None:
    angles = _angles(canvas)
    places = ground_line(canvas.scene, angles, metres)
    ahead = np.cos(angles - canvas.scene.trajectory.bearing) > 0.05
    for start in range(0, len(angles) - 5, 10):
        if ahead[start]:
            stretch = range(start, start + 5)
            points = [(angles[index] * FOCAL, places[index]) for index in stretch]
            draw.line(points, fill=colour, width=2)


def _waves(draw: ImageDraw.ImageDraw, canvas: Canvas) -> None:
    for _ in range(420):
        depth = canvas.rng.random() ** 1.6
        y = canvas.horizon + 3 + depth * (HEIGHT - canvas.horizon)
        x, long = canvas.rng.uniform(0, AROUND), 4 + 26 * depth * canvas.rng.random()
        colour = shade(GROUND["water"], canvas.light.ground * canvas.rng.uniform(1.1, 1.5))
        draw.line((x, y, x + long, y), fill=colour, width=1 + int(2 * depth))
