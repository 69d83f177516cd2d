"""The world behind the object: a panorama all around, drawn once per clip."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sfbench.simulated.camera import HEIGHT, WIDTH, horizon
from sfbench.simulated.objects import OBJECTS
from sfbench.simulated.pen import shade
from sfbench.simulated.scene import Scene
from sfbench.simulated.scenery import AROUND, GROUND, Canvas, Light, draw_scenery

Picture = NDArray[np.uint8]  # [H, W, 3], RGB

LIGHTS = (
    Light((74, 132, 204), (186, 214, 236), (250, 250, 250), 1.0),
    Light((98, 156, 214), (214, 228, 236), (255, 255, 255), 1.1),
    Light((138, 148, 160), (196, 202, 206), (220, 222, 224), 0.8),
    Light((66, 82, 138), (244, 178, 122), (250, 206, 170), 0.72),
    Light((14, 20, 44), (52, 60, 92), (60, 68, 96), 0.45),
)
"""Bright day, hazy day, overcast, dusk, night."""

_LIKELY = (0.3, 0.25, 0.2, 0.15, 0.1)


def panorama(scene: Scene, size: tuple[int, int]) -> Picture:
    """Return the panorama with its left part repeated at the end, [height, around + width, 3].

    Args:
        scene: The scene; the same scene gives the same panorama.
        size: Width and height of the picture, in pixels.
    """
    rng = np.random.default_rng([scene.seed, 3])
    light = LIGHTS[int(rng.choice(len(LIGHTS), p=_LIKELY))]
    canvas = Canvas(scene, OBJECTS[scene.label].place, light, rng, horizon(scene))
    picture = Image.fromarray(np.concatenate([_sky(canvas), _ground(canvas)]))
    draw_scenery(ImageDraw.Draw(picture), canvas)
    around = round(AROUND * size[0] / WIDTH)
    if (around, size[1]) != picture.size:
        picture = picture.resize((around, size[1]), Image.Resampling.BOX)
    pixels = np.asarray(picture)
    return np.concatenate([pixels, pixels[:, : size[0] + 1]], axis=1)


def _sky(canvas: Canvas) -> Picture:
    """Return the sky with its clouds, [rows above the horizon, around, 3]."""
    rows = round(canvas.horizon)
    up = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    zenith, low, cloud = (
        np.array(colour, np.float32)
        for colour in (canvas.light.zenith, canvas.light.low, canvas.light.cloud)
    )
    clear = zenith + (low - zenith) * up**1.5
    thick = 1.6 * _noise(canvas.rng, rows, (5, 10, 24)) - canvas.rng.uniform(-0.1, 0.7)
    cover = np.clip(thick, 0, 0.85)[:, :, None] * np.clip(1.6 - 1.3 * up, 0, 1)
    sky: Picture = (clear + cover * (cloud - clear)).astype(np.uint8)
    return sky


def _ground(canvas: Canvas) -> Picture:
    """Return the ground with its texture, [rows below the horizon, around, 3]."""
    rows = HEIGHT - round(canvas.horizon)
    base = np.array(shade(GROUND[canvas.place], canvas.light.ground), np.float32)
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    grain = 0.78 + 0.3 * depth + 0.16 * _noise(canvas.rng, rows, (20, 30, 160))
    ground: Picture = np.clip(base * grain[:, :, None], 0, 255).astype(np.uint8)
    return ground


def _noise(rng: Generator, rows: int, cells: tuple[int, int, int]) -> NDArray[np.float32]:
    """Return smooth noise that closes around, [rows, around], about -1 to 1.

    Args:
        rng: Draws the noise.
        rows: Height of the result.
        cells: Rows of the coarse grid, columns of the coarse grid, columns of the fine grid.
    """
    total = np.zeros((rows, AROUND), np.float32)
    for columns, weight in ((cells[1], 0.6), (cells[2], 0.4)):
        grid = rng.standard_normal((cells[0] * columns // cells[1], columns), np.float32)
        grid = np.concatenate([grid, grid, grid], axis=1)
        smooth = Image.fromarray(grid).resize(
            (AROUND, rows), Image.Resampling.BICUBIC, box=(columns, 0, 2 * columns, len(grid))
        )
        total += np.float32(weight) * np.asarray(smooth)
    return total
