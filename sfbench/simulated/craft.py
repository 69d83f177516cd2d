"""Silhouettes of aircraft, trains, boats and of what stands, seen from the side, facing right."""

import numpy as np

from sfbench.simulated.pen import (
    DARK,
    GLASS,
    LAMP,
    REST,
    SKIN,
    SMOKE,
    STEEL,
    WHITE,
    Colour,
    Paint,
    Pen,
    shade,
)

_WOOD: Colour = (128, 92, 60)
_DUST: Colour = (176, 150, 112)
_SOOT: Colour = (92, 90, 92)
_ALARM: Colour = (255, 60, 50)


def airliner(pen: Pen, paint: Paint, phase: int) -> None:
    """A jet with a swept tail, a row of windows and an engine under the wing."""
    pen.puffs(WHITE, -2.0, 2.3, 1.2, 3.0, 0.0, phase)
    pen.polygon(paint.body, (-17.3, 10.6), (-14.6, 10.6), (-10.8, 6.2), (-16.2, 6.2))
    pen.polygon(
        WHITE,
        *((-17.0, 6.4), (-12, 6.7), (12.5, 6.7), (15.6, 5.9), (17.2, 4.7), (15.5, 3.7)),
        *((11, 3.3), (-9, 3.3)),
    )
    pen.polygon(paint.body, (-14.5, 5.0), (16.9, 4.5), (15.5, 3.7), (11, 3.3), (-9, 3.3))
    pen.polygon(GLASS, (14.2, 5.4), (14.0, 6.1), (15.4, 5.9), (16.1, 5.4))
    for x in np.arange(-10, 13, 1.25):
        pen.box(GLASS, x, 5.4, x + 0.55, 6.0)
    pen.polygon(shade(STEEL, 1.1), (-17.6, 6.6), (-12.8, 5.8), (-13.5, 5.4), (-18, 6.3))
    pen.box(shade(paint.trim, 0.8), -0.4, 1.5, 4.2, 3.1, 0.7)
    pen.polygon(STEEL, (4.5, 4.0), (-1.2, 4.2), (-7.8, 1.9), (-6.4, 1.9))
    pen.glow(_ALARM, -7.4, 1.9, 1.3, phase)
    pen.glow(LAMP, 16.2, 4.4, 1.3, phase)


def helicopter(pen: Pen, paint: Paint, phase: int) -> None:
    """A round cabin, a tail boom, skids and a rotor that turns."""
    pen.polygon(paint.body, (-5.9, 2.5), (-6.0, 2.8), (0, 3.0), (0, 1.8), (-1, 1.7))
    pen.polygon(paint.trim, (-6.2, 2.4), (-6.7, 4.0), (-6.0, 4.0), (-5.2, 2.8))
    pen.oval(paint.body, 1.1, 2.05, 2.5, 1.25)
    pen.polygon(GLASS, (1.6, 2.0), (1.6, 3.1), (2.6, 2.9), (3.4, 2.3), (3.5, 1.9))
    pen.box(GLASS, 0.1, 2.0, 1.3, 2.85, 0.2)
    pen.box(DARK, -0.3, 3.1, 1.3, 3.5, 0.15)
    pen.line(DARK, 0.22, (0.5, 3.4), (0.5, 3.95))
    reach = 6.4 * (1.0, 0.75, 0.25, 0.7, 0.4)[phase]
    if phase != REST:
        pen.oval((70, 70, 76), 0.5, 3.9, 6.4, 0.5, 190)
    pen.line(DARK, 0.17, (0.5 - reach, 4.0), (0.5 + reach, 3.96))
    turn = phase * np.pi / 4
    tail = (0.85 * np.cos(turn), 0.85 * np.sin(turn))
    pen.line(DARK, 0.16, (-6.2 - tail[0], 3.1 - tail[1]), (-6.2 + tail[0], 3.1 + tail[1]))
    pen.glow(_ALARM, -5.6, 2.6, 0.6, phase)
    pen.glow(LAMP, 3.2, 1.7, 0.6, phase)
    pen.line(DARK, 0.13, (-0.6, 0.35), (2.9, 0.35), (3.3, 0.55))
    for x in (0.2, 1.9):
        pen.line(DARK, 0.12, (x, 0.35), (x + 0.1, 1.1))


def diesel_train(pen: Pen, paint: Paint, phase: int) -> None:
    """A diesel locomotive with two coaches, its lamp lit and its exhaust dark."""
    pen.puffs(_SOOT, 8.5, 4.6, 0.8, 2.2, 0.35, phase)
    _rail_wheels(pen, (-15.5, -13.5, -8.5, -6.5, -4.0, -2.0, 2.0, 4.0, 7.5, 9.3, 13.0, 14.8))
    for left in (-17, -5.2):
        pen.box(shade(paint.body, 0.85), left, 0.9, left + 11.2, 3.9, 0.35)
        pen.box(paint.trim, left, 1.5, left + 11.2, 1.85)
        for window in np.arange(left + 0.8, left + 10, 1.5):
            pen.box(GLASS, window, 2.3, window + 1.0, 3.3, 0.1)
    pen.polygon(
        paint.body, (6.4, 0.8), (6.4, 4.1), (13.2, 4.1), (14.0, 3.0), (16.8, 2.8), (17.0, 0.8)
    )
    pen.polygon(GLASS, (12.2, 3.0), (12.2, 3.8), (13.1, 3.8), (13.7, 3.0))
    pen.box(paint.trim, 6.4, 1.4, 17.0, 1.9)
    for vent in np.arange(7.0, 11.5, 0.9):
        pen.box(DARK, vent, 2.4, vent + 0.5, 3.5)
    pen.disc((255, 240, 180), 16.7, 2.2, 0.3)
    pen.glow(LAMP, 16.0, 2.2, 1.5, phase)
    for horn in (10.0, 10.7):
        pen.polygon(STEEL, (horn, 4.15), (horn + 1.3, 4.05), (horn + 1.3, 4.6), (horn, 4.35))


def steam_train(pen: Pen, paint: Paint, phase: int) -> None:
    """A steam engine with its tender and a plume."""
    black = shade(paint.body, 0.35)
    pen.puffs(SMOKE, 5.2, 5.2, 0.9, 2.1, 0.45, phase)
    pen.box(black, -8.4, 1.0, -3.6, 2.9, 0.1)
    pen.polygon((30, 28, 28), (-8.0, 2.9), (-6.8, 3.4), (-5, 3.3), (-4, 2.9))
    pen.box(paint.body, -3.3, 1.1, -0.8, 3.9)
    pen.box(black, -3.6, 3.85, -0.5, 4.1)
    pen.box(GLASS, -2.8, 2.6, -1.3, 3.5)
    pen.box(black, -0.8, 1.5, 6.3, 3.2, 0.5)
    for ring in (0.8, 2.5, 4.2):
        pen.box(paint.trim, ring, 1.5, ring + 0.18, 3.2)
    pen.polygon(black, (4.9, 3.1), (4.7, 4.6), (5.8, 4.6), (5.6, 3.1))
    pen.oval((196, 150, 60), 1.8, 3.25, 0.5, 0.45)
    pen.polygon(paint.trim, (5.8, 1.0), (6.6, 1.0), (7.9, 0.15), (6.4, 0.15))
    _rail_wheels(pen, (-7.4, -5.9, -4.4, 4.4, 5.6))
    turn = phase * np.pi / 2
    for x in (-1.6, 0.5, 2.6):
        pen.wheel(x, 0.85, paint.trim)
    rod = (0.45 * np.cos(turn), 0.85 + 0.45 * np.sin(turn))
    pen.line(STEEL, 0.2, (-1.6 + rod[0], rod[1]), (2.6 + rod[0], rod[1]), (5.0, 1.2))


def wagons(pen: Pen, paint: Paint, phase: int) -> None:
    """Freight wagons that stir up dust: a box, a tank and an open one."""
    for left in (-18, -5.8, 6.4):
        _rail_wheels(pen, (left + 1.2, left + 2.9, left + 8.4, left + 10.1))
        pen.box(DARK, left - 0.3, 0.9, left + 11.7, 1.25)
    pen.box(paint.body, -18, 1.2, -6.8, 4.4, 0.1)
    for rib in np.arange(-17, -7, 1.6):
        pen.line(shade(paint.body, 0.7), 0.14, (rib, 1.3), (rib, 4.3))
    pen.box(shade(paint.body, 0.55), -13.6, 1.3, -11.2, 4.1)
    pen.box(shade(STEEL, 1.15), -5.7, 1.3, 5.3, 4.0, 1.3)
    pen.box(DARK, -0.8, 4.0, 0.4, 4.4)
    pen.box(paint.trim, -5.6, 2.5, 5.2, 2.8)
    pen.polygon(_WOOD, (6.2, 3.4), (17.9, 3.4), (17.2, 1.2), (6.9, 1.2))
    pen.polygon((60, 52, 46), (6.8, 3.4), (9.5, 4.2), (12, 3.8), (15, 4.3), (17.3, 3.4))
    for x in (-9.0, 3.5, 16.0):
        pen.puffs(_DUST, x, 0.5, 0.8, 1.4, 0.1, phase)


def motorboat(pen: Pen, paint: Paint, phase: int) -> None:
    """A speedboat with its bow up, a driver and a wake."""
    for place in range(7 if phase != REST else 0):
        lift = 0.1 * ((place * 3 + phase) % 4)
        size = 0.55 - 0.05 * place
        pen.oval(WHITE, -2.7 - 0.35 * place, 0.3 + lift * (1 - place / 9), size, size * 0.8, 190)
    pen.polygon(
        paint.body, (-2.9, 0.2), (-3.0, 0.95), (0.8, 1.25), (3.6, 1.75), (2.6, 0.75), (1.2, 0.25)
    )
    pen.polygon(WHITE, (-2.98, 0.7), (-3.0, 0.95), (0.8, 1.25), (3.6, 1.75), (3.2, 1.35))
    pen.polygon(GLASS, (0.3, 1.2), (-0.1, 1.75), (0.15, 1.78), (1.1, 1.28))
    pen.polygon(paint.trim, (-1.2, 1.05), (-1.1, 1.65), (-0.7, 1.7), (-0.5, 1.1))
    pen.disc(SKIN, -0.85, 1.87, 0.19)
    pen.box(DARK, -3.35, 0.3, -2.95, 1.35, 0.1)
    pen.glow(LAMP, 0.7, 1.5, 0.4, phase)
    if phase != REST:
        pen.oval(WHITE, 1.9, 0.28 + 0.05 * phase, 0.9, 0.25, 190)


def siren_mast(pen: Pen, paint: Paint, phase: int) -> None:
    """A mast with a ladder, a round horn that turns and a lamp over it."""
    pen.line(STEEL, 0.3, (0, 0), (0, 7.2))
    for rung in np.arange(1.0, 7.0, 0.5):
        pen.line(DARK, 0.06, (0.15, rung), (0.5, rung))
    pen.line(DARK, 0.06, (0.5, 0.8), (0.5, 7.0))
    pen.box(STEEL, -0.7, 0.0, 0.7, 0.9, 0.1)
    pen.box(DARK, -0.8, 7.0, 0.8, 7.25)
    reach = 1.35 * (1.0, 0.55, -1.0, -0.55, 0.8)[phase]
    mouth = 0.95
    pen.polygon(
        paint.body, (-0.3, 7.5), (-0.3, 8.1), (reach, 7.8 + mouth), (reach, 7.8 - mouth), (0.3, 7.5)
    )
    pen.oval(shade(paint.body, 0.55), reach, 7.8, 0.2 + 0.25 * (phase % 2), mouth)
    pen.box(shade(paint.body, 0.8), -0.5, 7.3, 0.5, 8.3, 0.2)
    pen.glow(_ALARM, 0, 8.3, 0.65, phase)


def _rail_wheels(pen: Pen, places: tuple[float, ...]) -> None:
    for x in places:
        pen.wheel(x, 0.46, (92, 92, 98))
