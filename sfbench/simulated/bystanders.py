"""Silhouettes of what makes impulsive sounds or weather."""

import numpy as np

from sfbench.simulated.pen import (
    DARK,
    REST,
    SKIN,
    STEEL,
    Colour,
    Paint,
    Pen,
    shade,
)

_WOOD: Colour = (140, 100, 64)


def dog(pen: Pen, paint: Paint, phase: int) -> None:
    """A dog whose mouth opens and whose tail wags."""
    fur = shade(_WOOD, 0.6 + paint.trim[0] / 400)
    for x in (-0.38, -0.28, 0.22, 0.32):
        pen.line(shade(fur, 0.85), 0.08, (x, 0.4), (x, 0.02))
    pen.oval(fur, 0, 0.48, 0.45, 0.16)
    pen.line(fur, 0.06, (-0.42, 0.52), (-0.6, 0.68 + 0.05 * phase))
    pen.line(fur, 0.18, (0.34, 0.52), (0.46, 0.74))
    pen.oval(fur, 0.5, 0.76, 0.14, 0.11)
    pen.polygon(fur, (0.56, 0.82), (0.74, 0.77), (0.74, 0.73), (0.56, 0.71))
    pen.polygon(fur, (0.56, 0.7), (0.72, 0.68 - 0.06 * (phase % 2)), (0.56, 0.65))
    pen.polygon(shade(fur, 0.6), (0.38, 0.85), (0.48, 0.85), (0.4, 0.64))
    pen.disc(DARK, 0.54, 0.8, 0.02)


def rain_cloud(pen: Pen, paint: Paint, phase: int) -> None:
    """A dark cloud and its rain."""
    for x, y, radius in ((-3, 7.5, 1.6), (-1, 8.2, 2.0), (1.3, 8.0, 1.9), (3.2, 7.4, 1.5)):
        pen.disc((96, 102, 114), x, y, radius)
    for column, x in enumerate(np.arange(-4, 4.2, 0.55)):
        for drop in range(4 if phase != REST else 0):
            y = 0.4 + (drop * 1.6 + column * 0.7 - phase * 0.4) % 6.0
            pen.line((150, 180, 225), 0.12, (x, y), (x + 0.15, y + 0.7))


def bent_tree(pen: Pen, paint: Paint, phase: int) -> None:
    """A tree that the wind bends."""
    lean = 0.9 + 0.35 * (phase % 3) if phase != REST else 0.0
    pen.line(_WOOD, 0.4, (-1, 0), (-0.7, 2), (lean - 0.6, 3.8))
    for place in range(5):
        x = lean - 1.2 + 0.6 * place
        pen.oval((66, 128, 62), x, 4.2 + 0.3 * (place % 2), 0.9, 0.6)


def hammer(pen: Pen, paint: Paint, phase: int) -> None:
    """An arm with a hammer over a nail."""
    lift = (0.0, 0.25, 0.45, 0.2, 0.0)[phase]
    pen.box(_WOOD, -0.5, 0.0, 0.9, 0.22)
    pen.line(STEEL, 0.03, (0.55, 0.22), (0.55, 0.4))
    pen.line(shade(_WOOD, 0.7), 0.07, (-0.4, 0.5 + lift), (0.6, 0.55 + 1.3 * lift))
    pen.box(DARK, 0.45, 0.42 + 1.3 * lift, 0.66, 0.68 + 1.3 * lift, 0.02)
    pen.line(paint.body, 0.2, (-0.85, 0.25), (-0.55, 0.42 + lift / 2))
    pen.disc(SKIN, -0.38, 0.5 + lift, 0.11)


def firework(pen: Pen, paint: Paint, phase: int) -> None:
    """A burst that grows and fades."""
    reach = 8.0 + 7.0 * phase
    for ray in range(18 if phase != REST else 0):
        angle = ray * np.pi / 9
        x, y = np.cos(angle), np.sin(angle)
        colour = paint.body if ray % 2 else paint.trim
        pen.line(colour, 0.7, (x * reach * 0.4, 45 + y * reach * 0.4), (x * reach, 45 + y * reach))
        pen.disc(colour, x * reach, 45 + y * reach, 1.2)
