"""Silhouettes of what drives on roads, seen from the side and facing right.

Each draws one of four phases of what moves on it (lights flash, wheels turn, exhausts smoke), or
what it looks like at rest.
"""

import numpy as np

from sfbench.simulated.pen import (
    DARK,
    GLASS,
    LAMP,
    REST,
    SKIN,
    SMOKE,
    STEEL,
    TYRE,
    WHITE,
    Colour,
    Paint,
    Pen,
    shade,
)

_RED: Colour = (205, 32, 30)
_BLUE: Colour = (40, 90, 255)
_LENS: Colour = (255, 236, 170)
_FLAME: Colour = (255, 138, 36)


def ambulance(pen: Pen, paint: Paint, phase: int) -> None:
    """A white box van with a stripe, a red cross and blue lights."""
    pen.box(WHITE, -2.8, 0.45, 1.3, 2.55, 0.12)
    pen.polygon(WHITE, (1.2, 0.45), (1.2, 2.3), (1.75, 2.25), (2.2, 1.4), (2.8, 1.2), (2.85, 0.45))
    pen.polygon(GLASS, (1.4, 1.4), (1.4, 2.1), (1.68, 2.08), (2.05, 1.4))
    pen.box(paint.body, -2.8, 0.75, 2.83, 1.02)
    pen.box(_RED, -1.45, 1.45, -0.35, 1.75)
    pen.box(_RED, -1.05, 1.05, -0.75, 2.15)
    pen.box(GLASS, 0.2, 1.5, 1.0, 2.1, 0.06)
    _lights(pen, 0.9, 2.55, 0.9, (_BLUE, _BLUE), phase)
    pen.box(_LENS, 2.7, 0.8, 2.86, 1.0)
    for x in (-1.75, 1.85):
        pen.wheel(x, 0.42)


def fire_truck(pen: Pen, paint: Paint, phase: int) -> None:
    """A long red truck with shutters, a ladder on top and a flat cab."""
    red = shade(_RED, 0.9 + paint.trim[0] / 1500)
    pen.box(red, -4.3, 0.6, 2.1, 2.7, 0.08)
    pen.box(red, 2.15, 0.5, 4.3, 2.9, 0.25)
    pen.box(GLASS, 2.45, 1.7, 3.2, 2.6, 0.08)
    pen.box(GLASS, 3.4, 1.6, 4.26, 2.6, 0.08)
    for left in (-3.9, -2.4, -0.9, 0.6):
        pen.box(STEEL, left, 1.05, left + 1.25, 2.25)
    pen.box(WHITE, -4.3, 0.75, 4.28, 0.95)
    for rung in np.arange(-4.2, 3.0, 0.45):
        pen.line(STEEL, 0.08, (rung, 2.85), (rung, 3.15))
    for rail in (2.85, 3.15):
        pen.line(STEEL, 0.1, (-4.4, rail), (3.1, rail))
    _lights(pen, 3.4, 2.9, 1.0, (_RED, _BLUE), phase)
    for x in (-3.0, -1.9, 3.1):
        pen.wheel(x, 0.55)


def police_car(pen: Pen, paint: Paint, phase: int) -> None:
    """A dark sedan with white doors and a light bar."""
    dark = shade(paint.body, 0.3)
    _sedan(pen, dark)
    pen.polygon(WHITE, (-0.95, 0.35), (-0.95, 0.93), (0.85, 0.93), (0.85, 0.35))
    pen.line(dark, 0.04, (-0.05, 0.35), (-0.05, 0.93))
    pen.disc((230, 190, 60), 0.4, 0.65, 0.14)
    _lights(pen, -0.2, 1.45, 0.95, (_RED, _BLUE), phase)


def car(pen: Pen, paint: Paint, phase: int) -> None:
    """A sedan with its lamps lit and its exhaust white."""
    pen.puffs(SMOKE, -2.0, 0.5, 0.22, 0.05, 0.3, phase)
    _sedan(pen, paint.body)
    pen.glow(LAMP, 2.0, 0.69, 0.45, phase)
    pen.box(shade(paint.body, 0.75), -2.2, 0.38, 2.2, 0.48)
    _spokes(pen, (-1.35, 1.4), 0.33, phase)


def honking_car(pen: Pen, paint: Paint, phase: int) -> None:
    """A van that stands."""
    pen.box(paint.body, -2.2, 0.35, 1.7, 1.9, 0.2)
    pen.polygon(paint.body, (1.4, 0.35), (1.4, 1.7), (1.7, 1.6), (2.3, 0.95), (2.35, 0.35))
    for left in (-1.9, -0.7, 0.5):
        pen.box(GLASS, left, 1.15, left + 1.0, 1.7, 0.06)
    for x in (-1.4, 1.5):
        pen.wheel(x, 0.36)


def _sedan(pen: Pen, colour: Colour) -> None:
    pen.polygon(
        colour,
        *((-2.25, 0.35), (-2.28, 0.85), (-1.75, 0.98), (-1.15, 1.42), (0.35, 1.45), (1.05, 0.98)),
        *((1.95, 0.85), (2.28, 0.65), (2.28, 0.35)),
    )
    pen.polygon(GLASS, (-1.45, 0.98), (-1.05, 1.33), (-0.4, 1.36), (-0.4, 0.98))
    pen.polygon(GLASS, (-0.3, 0.98), (-0.3, 1.36), (0.3, 1.36), (0.85, 0.98))
    pen.box(_LENS, 2.05, 0.62, 2.27, 0.76)
    pen.box(_RED, -2.28, 0.7, -2.1, 0.84)
    for x in (-1.35, 1.4):
        pen.wheel(x, 0.33)


def race_car(pen: Pen, paint: Paint, phase: int) -> None:
    """A low single-seater with wings, bare wheels and a flame behind."""
    pen.puffs(_FLAME, -2.1, 0.6, 0.24, 0.06, 0.25, phase)
    pen.polygon(
        paint.body,
        *((-2.2, 0.2), (-2.2, 0.55), (-0.9, 0.85), (-0.35, 0.95), (-0.2, 0.62), (0.6, 0.6)),
        *((2.5, 0.32), (2.5, 0.2)),
    )
    pen.polygon(paint.trim, (-1.7, 0.28), (-0.9, 0.5), (0.7, 0.42), (0.7, 0.28))
    pen.disc(paint.trim, 0.12, 0.75, 0.2)
    pen.box(DARK, 0.12, 0.7, 0.34, 0.82)
    pen.box(paint.trim, -2.6, 0.85, -1.85, 1.05)
    pen.line(DARK, 0.1, (-2.15, 0.3), (-2.2, 0.95))
    pen.box(paint.trim, 2.1, 0.1, 2.75, 0.2)
    for x, radius in ((-1.6, 0.38), (1.55, 0.35)):
        pen.wheel(x, radius, DARK)
        _spokes(pen, (x,), radius, phase)


def motorcycle(pen: Pen, paint: Paint, phase: int) -> None:
    """A rider who leans over the tank."""
    pen.puffs(SMOKE, -0.95, 0.4, 0.14, 0.05, 0.2, phase)
    pen.glow(LAMP, 0.66, 0.95, 0.34, phase)
    for x in (-0.72, 0.76):
        pen.disc(TYRE, x, 0.33, 0.33)
        pen.disc((120, 124, 130), x, 0.33, 0.22)
        _spokes(pen, (x,), 0.3, phase)
    pen.line(STEEL, 0.07, (0.76, 0.33), (0.5, 0.98))
    pen.polygon(DARK, (-0.6, 0.3), (-0.3, 0.62), (0.35, 0.62), (0.35, 0.25))
    pen.polygon(paint.body, (-0.95, 0.82), (-0.3, 0.66), (0.45, 0.62), (0.6, 0.95), (0.1, 0.98))
    pen.line(STEEL, 0.08, (0.1, 0.28), (-0.9, 0.36))
    pen.line(DARK, 0.2, (-0.3, 0.85), (0.12, 0.62), (-0.1, 0.3))
    pen.polygon(paint.trim, (-0.45, 0.82), (-0.12, 0.82), (0.32, 1.25), (0.1, 1.38))
    pen.line(paint.trim, 0.13, (0.18, 1.25), (0.32, 1.0), (0.52, 1.02))
    pen.disc(WHITE, 0.34, 1.44, 0.17)
    pen.box(DARK, 0.36, 1.4, 0.52, 1.5)


def mower(pen: Pen, paint: Paint, phase: int) -> None:
    """A person who walks behind a mower."""
    stride = 0.2 * np.sin(phase * np.pi / 2)
    pen.line(shade(paint.trim, 0.5), 0.17, (-0.75, 0.95), (-0.8 + stride, 0.08))
    pen.line(shade(paint.trim, 0.4), 0.17, (-0.75, 0.95), (-0.7 - stride, 0.08))
    pen.polygon(paint.trim, (-0.98, 0.9), (-0.58, 0.9), (-0.5, 1.5), (-0.9, 1.5))
    pen.disc(SKIN, -0.66, 1.68, 0.15)
    pen.box(shade(paint.body, 0.6), -0.84, 1.72, -0.4, 1.8)
    pen.line(SKIN, 0.11, (-0.65, 1.42), (-0.3, 1.05))
    pen.line(DARK, 0.06, (-0.32, 1.05), (0.35, 0.35))
    pen.polygon(paint.body, (0.25, 0.16), (0.2, 0.42), (0.95, 0.42), (1.08, 0.16))
    pen.box(DARK, 0.42, 0.42, 0.8, 0.62, 0.05)
    if phase != REST:
        pen.oval((96, 160, 60), -0.05, 0.2 + 0.03 * phase, 0.3, 0.2, 190)
    pen.puffs(SMOKE, 0.5, 0.75, 0.09, -0.02, 0.15, phase)
    for x in (0.32, 0.95):
        pen.wheel(x, 0.14)


def _lights(
    pen: Pen, x: float, y: float, width: float, colours: tuple[Colour, Colour], phase: int
) -> None:
    """Draw a light bar whose halves flash in turn, with a glow."""
    half = width / 2
    for side, colour in enumerate(colours):
        left = x - half + side * half
        lit = phase // 2 == side
        if lit:
            pen.disc(colour, left + half / 2, y + 0.1, 0.85, 200)
        pen.box(colour if lit else shade(colour, 0.4), left, y, left + half, y + 0.2)


def _spokes(pen: Pen, places: tuple[float, ...], radius: float, phase: int) -> None:
    angle = phase * np.pi / 8
    for x in places:
        for turn in (angle, angle + np.pi / 2):
            reach = (0.5 * radius * np.cos(turn), 0.5 * radius * np.sin(turn))
            pen.line(
                DARK,
                radius / 6,
                (x - reach[0], radius - reach[1]),
                (x + reach[0], radius + reach[1]),
            )
