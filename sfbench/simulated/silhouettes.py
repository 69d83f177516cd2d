"""What each label's object looks like: a table of drawings, and sprites made from them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageOps

from sfbench.simulated import bystanders, craft, vehicles
from sfbench.simulated.pen import REST, Paint, Pen, draw_paint

PHASES = 4
"""Pictures of what moves on an object, shown in turn; then comes the one at rest."""

PHASE_RATE = 10.0
"""Phases per second."""

MARGIN = 8
"""Transparent pixels around every picture, so that it can be placed between pixels."""

_PIXELS = 416  # longer side of the largest picture; drawn at twice that and halved
_LEVELS = 6  # the largest picture and its halves: 416, 208, … 13


@dataclass(frozen=True, slots=True)
class Silhouette:
    """A drawing and the sheet that it needs at least, in metres."""

    length: float
    height: float
    draw: Callable[[Pen, Paint, int], None]


SILHOUETTES: dict[str, Silhouette] = {
    "ambulance siren": Silhouette(6.0, 3.2, vehicles.ambulance),
    "fire truck siren": Silhouette(9.0, 3.6, vehicles.fire_truck),
    "police car (siren)": Silhouette(4.8, 2.2, vehicles.police_car),
    "car passing by": Silhouette(4.8, 2.3, vehicles.car),
    "race car, auto racing": Silhouette(5.6, 2.0, vehicles.race_car),
    "driving motorcycle": Silhouette(2.6, 1.7, vehicles.motorcycle),
    "lawn mowing": Silhouette(2.4, 1.9, vehicles.mower),
    "airplane flyby": Silhouette(36.4, 11.0, craft.airliner),
    "helicopter": Silhouette(14.6, 4.4, craft.helicopter),
    "train horning": Silhouette(35.0, 7.0, craft.diesel_train),
    "train whistling": Silhouette(17.5, 9.4, craft.steam_train),
    "railroad car, train wagon": Silhouette(37.0, 4.6, craft.wagons),
    "motorboat, speedboat acceleration": Silhouette(10.4, 2.2, craft.motorboat),
    "civil defense siren": Silhouette(3.4, 9.0, craft.siren_mast),
    "dog barking": Silhouette(1.7, 1.0, bystanders.dog),
    "raining": Silhouette(10.0, 10.4, bystanders.rain_cloud),
    "vehicle horn, car horn, honking": Silhouette(5.0, 2.0, vehicles.honking_car),
    "wind noise": Silhouette(7.0, 5.6, bystanders.bent_tree),
    "hammering nails": Silhouette(2.2, 1.4, bystanders.hammer),
    "fireworks banging": Silhouette(64.0, 78.0, bystanders.firework),
}


@dataclass(frozen=True)
class Sprite:
    """An object as pictures with transparency, in every size and phase.

    Attributes:
        length: Width of the sheet, in metres.
        height: Height of the sheet, in metres.
        levels: For each phase the sheet with its margin, largest first, every next one half as
            large; colours are multiplied by their opacity.
    """

    length: float
    height: float
    levels: tuple[tuple[Image.Image, ...], ...]

    @cached_property
    def _sums(self) -> tuple[NDArray[np.float64], ...]:
        return tuple(_running_sum(pictures[2]) for pictures in self.levels)

    def covered(self, phase: int, box: tuple[float, float, float, float]) -> float:
        """Return how much of a box the object covers, as a share of the whole sheet.

        Args:
            phase: Which phase.
            box: Left, top, right and bottom as shares of the sheet's width and height.
        """
        sums = self._sums[phase]
        left, top, right, bottom = box
        rows = np.clip(np.array([top, bottom]), 0, 1) * (sums.shape[0] - 1)
        columns = np.clip(np.array([left, right]), 0, 1) * (sums.shape[1] - 1)
        (a, b), (c, d) = _bilinear(sums, rows, columns)
        return float(d - b - c + a)


def draw_sprite(label: str, rng: Generator, facing: int) -> Sprite:
    """Return a label's object in random colours, facing right (1) or left (-1)."""
    silhouette, paint = SILHOUETTES[label], draw_paint(rng)
    pens = [_drawn(silhouette, paint, phase) for phase in (*range(PHASES), REST)]
    levels = tuple(_pyramid(pen.image, facing) for pen in pens)
    return Sprite(pens[0].length, pens[0].height, levels)


def _drawn(silhouette: Silhouette, paint: Paint, phase: int) -> Pen:
    """Return a drawing on a sheet that can be halved as often as needed."""
    scale = 2 * _PIXELS / max(silhouette.length, silhouette.height)
    step = 2**_LEVELS
    length, height = (
        -(-side * scale // step) * step / scale for side in (silhouette.length, silhouette.height)
    )
    pen = Pen(length, height, scale)
    silhouette.draw(pen, paint, phase)
    return pen


def _pyramid(drawn: Image.Image, facing: int) -> tuple[Image.Image, ...]:
    picture = (drawn if facing > 0 else ImageOps.mirror(drawn)).convert("RGBa")
    return tuple(
        ImageOps.expand(picture.reduce(2**level), MARGIN, (0, 0, 0, 0))
        for level in range(1, _LEVELS + 1)
    )


def _running_sum(picture: Image.Image) -> NDArray[np.float64]:
    """Return the opacity above and left of every corner, as a share of the sheet."""
    opacity = np.asarray(picture)[MARGIN:-MARGIN, MARGIN:-MARGIN, 3] / 255
    return np.pad(opacity, ((1, 0), (1, 0))).cumsum(0).cumsum(1) / opacity.size


def _bilinear(
    table: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the table between its points, [rows, columns]."""
    top = np.minimum(rows.astype(int), table.shape[0] - 2)
    left = np.minimum(columns.astype(int), table.shape[1] - 2)
    down, right = (rows - top)[:, None], (columns - left)[None]
    upper = table[np.ix_(top, left)] * (1 - right) + table[np.ix_(top, left + 1)] * right
    lower = table[np.ix_(top + 1, left)] * (1 - right) + table[np.ix_(top + 1, left + 1)] * right
    mixed: NDArray[np.float64] = upper * (1 - down) + lower * down
    return mixed
