"""Draws silhouettes in metres: x to the right from the middle, y up from the ground."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]

GLASS: Colour = (52, 66, 82)
TYRE: Colour = (26, 26, 30)
STEEL: Colour = (150, 154, 160)
DARK: Colour = (44, 44, 50)
WHITE: Colour = (240, 240, 236)
SKIN: Colour = (205, 158, 124)
SMOKE: Colour = (214, 214, 218)
LAMP: Colour = (255, 232, 70)

REST = 4
"""Phase of a thing that makes no sound: its lights are out, and nothing on it moves or smokes."""

_PALETTE: tuple[Colour, ...] = (
    (196, 40, 36),
    (228, 120, 34),
    (236, 190, 48),
    (60, 140, 70),
    (30, 110, 120),
    (40, 92, 176),
    (28, 40, 96),
    (116, 30, 52),
    (96, 66, 140),
    (178, 186, 196),
    (230, 224, 208),
    (70, 74, 84),
)


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours that differ from clip to clip."""

    body: Colour
    trim: Colour


def draw_paint(rng: Generator) -> Paint:
    """Return two different colours of the palette, each a little off."""
    body, trim = rng.choice(len(_PALETTE), 2, replace=False)
    return Paint(_near(rng, _PALETTE[body]), _near(rng, _PALETTE[trim]))


def _near(rng: Generator, colour: Colour) -> Colour:
    red, green, blue = np.clip(np.array(colour) + rng.integers(-22, 23, 3), 0, 255)
    return int(red), int(green), int(blue)


def shade(colour: Colour, factor: float) -> Colour:
    """Return a darker (factor below 1) or lighter colour.

    >>> shade((100, 200, 40), 1.5)
    (150, 255, 60)
    """
    red, green, blue = (min(255, int(part * factor)) for part in colour)
    return red, green, blue


class Pen:
    """A transparent sheet and what draws on it.

    Args:
        length: Width of the sheet, in metres; x runs from -length/2 to length/2.
        height: Height of the sheet, in metres; y runs from 0 to height.
        scale: Pixels per metre.
    """

    def __init__(self, length: float, height: float, scale: float) -> None:
        self.length, self.height = length, height
        self._scale = scale
        size = (round(length * scale), round(height * scale))
        self.image = Image.new("RGBA", size, (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)

    def _place(self, points: Points) -> list[tuple[float, float]]:
        left, top = self.length / 2, self.height
        return [((x + left) * self._scale, (top - y) * self._scale) for x, y in points]

    def polygon(self, colour: Colour, *points: tuple[float, float]) -> None:
        self._draw.polygon(self._place(points), fill=colour)

    def box(
        self, colour: Colour, left: float, low: float, right: float, high: float, corner: float = 0
    ) -> None:
        """Fill a rectangle; `corner` is the radius of its corners in metres."""
        (x0, y0), (x1, y1) = self._place([(left, high), (right, low)])
        self._draw.rounded_rectangle((x0, y0, x1, y1), corner * self._scale, fill=colour)

    def disc(self, colour: Colour, x: float, y: float, radius: float, alpha: int = 255) -> None:
        self.oval(colour, x, y, radius, radius, alpha)

    def oval(
        self, colour: Colour, x: float, y: float, wide: float, tall: float, alpha: int = 255
    ) -> None:
        """Fill an ellipse with the given half axes."""
        (x0, y0), (x1, y1) = self._place([(x - wide, y + tall), (x + wide, y - tall)])
        self._draw.ellipse((x0, y0, x1, y1), fill=(*colour, alpha))

    def line(self, colour: Colour, width: float, *points: tuple[float, float]) -> None:
        """Draw a line `width` metres wide."""
        pixels = max(1, round(width * self._scale))
        self._draw.line(self._place(points), fill=colour, width=pixels, joint="curve")

    def puffs(
        self, colour: Colour, x: float, y: float, size: float, drift: float, rise: float, phase: int
    ) -> None:
        """Draw five puffs that grow while they drift to the left and rise, unless at rest."""
        for puff in range(5 if phase != REST else 0):
            age = puff + phase / 4
            wide, tall = size * (1 + 0.5 * age), size * (0.7 + 0.4 * age)
            self.oval(colour, x - drift * age, y + rise * age, wide, tall, 200)

    def glow(self, colour: Colour, x: float, y: float, radius: float, phase: int) -> None:
        """Draw light around a lamp, unless at rest."""
        if phase != REST:
            self.disc(colour, x, y, radius, 200)

    def wheel(self, x: float, radius: float, rim: Colour = STEEL) -> None:
        """Draw a wheel that stands on the ground."""
        self.disc(TYRE, x, radius, radius)
        self.disc(rim, x, radius, radius * 0.55)
        self.disc(DARK, x, radius, radius * 0.2)
