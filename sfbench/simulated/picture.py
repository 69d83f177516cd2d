"""The pictures of a scene."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sfbench.simulated.backdrop import panorama
from sfbench.simulated.camera import FOCAL, HEIGHT, WIDTH, Placing, horizon, place
from sfbench.simulated.pen import REST
from sfbench.simulated.scene import FPS, SECONDS, SIZE, Companion, Scene
from sfbench.simulated.silhouettes import (
    MARGIN,
    PHASE_RATE,
    PHASES,
    Sprite,
    draw_sprite,
)
from sfbench.simulated.trajectory import Times

Picture = NDArray[np.uint8]  # [H, W, 3], RGB
Box = tuple[float, float, float, float]  # left, top, right, bottom


def frame_times(fps: float) -> Times:
    """Return when the pictures are taken, [T] in seconds."""
    return np.arange(round(SECONDS * fps)) / fps


def frames(scene: Scene, fps: float = FPS, size: tuple[int, int] = SIZE) -> Iterator[Picture]:
    """Yield the pictures of a scene, each [height, width, 3]; same scene, same pixels.

    Args:
        scene: The scene.
        fps: Pictures per second.
        size: Width and height in pixels; another shape than 4:3 squeezes the picture.
    """
    yield from views(scene, frame_times(fps), size)


def views(scene: Scene, times: Times, size: tuple[int, int] = SIZE) -> Iterator[Picture]:
    """Yield the pictures of a scene at `times`, [T] in seconds, each [height, width, 3]."""
    placing, sprite = place(scene, times), object_sprite(scene)
    around = panorama(scene, size)
    other = scene.companion and companion_sprite(scene, scene.companion)
    for index, time in enumerate(times):
        picture = _view(around, placing.pan[index], size)
        if scene.companion and other:
            box = _companion_box(scene, scene.companion, other, placing.pan[index], float(time))
            _paste(picture, other, REST, _on(box, size))
        _paste(
            picture, sprite, phase_at(scene, time), _on(object_box(placing, sprite, index), size)
        )
        yield _blurred(picture, scene.blur)


@lru_cache(maxsize=4)
def object_sprite(scene: Scene) -> Sprite:
    """Return the sounding object's sprite, facing where it goes."""
    rng = np.random.default_rng([scene.seed, 4])
    return draw_sprite(scene.label, rng, scene.trajectory.turn)


@lru_cache(maxsize=4)
def companion_sprite(scene: Scene, companion: Companion) -> Sprite:
    """Return the silent object's sprite."""
    rng = np.random.default_rng([scene.seed, 5])
    return draw_sprite(companion.label, rng, 1 if companion.drift >= 0 else -1)


def phase_at(scene: Scene, time: float) -> int:
    """Return which phase of its moving parts the object shows: none of them while silent."""
    return int(time * PHASE_RATE) % PHASES if at_work(scene, time) else REST


def at_work(scene: Scene, time: float) -> bool:
    """Say whether the object makes a sound, which is heard as much later as it is away."""
    return scene.heard == scene.label and scene.gate[0] <= time < scene.gate[1]


def object_box(placing: Placing, sprite: Sprite, index: int) -> Box:
    """Return the object's box on the canvas."""
    scale, x, base = placing.scale[index], placing.x[index], placing.base[index]
    half = sprite.length * scale / 2
    return (x - half, base - sprite.height * scale, x + half, base)


def boxes(scene: Scene, times: Times) -> NDArray[np.float64]:
    """Return where the object and its companion are on the canvas at `times`, [T, 2, 4].

    A box is left, top, right, bottom, and may lie beyond the edges; without a companion all four
    are NaN.
    """
    placing, sprite = place(scene, times), object_sprite(scene)
    found = np.full((len(times), 2, 4), np.nan)
    found[:, 0] = [object_box(placing, sprite, index) for index in range(len(times))]
    if scene.companion:
        other = companion_sprite(scene, scene.companion)
        found[:, 1] = [
            _companion_box(scene, scene.companion, other, float(pan), float(time))
            for pan, time in zip(placing.pan, times, strict=True)
        ]
    return found


def _companion_box(
    scene: Scene, companion: Companion, sprite: Sprite, pan: float, time: float
) -> Box:
    angle = scene.trajectory.bearing + companion.offset + companion.drift * (time - SECONDS / 2)
    away = (angle - pan + np.pi) % (2 * np.pi) - np.pi
    x, half = WIDTH / 2 + FOCAL * away, companion.width * WIDTH / 2
    scale = 2 * half / sprite.length
    base = horizon(scene) + 4 + scale
    return (x - half, base - sprite.height * scale, x + half, base)


def _on(box: Box, size: tuple[int, int]) -> Box:
    """Return a box of the canvas in pixels."""
    wide, tall = size[0] / WIDTH, size[1] / HEIGHT
    return (box[0] * wide, box[1] * tall, box[2] * wide, box[3] * tall)


def _view(around: Picture, pan: float, size: tuple[int, int]) -> Picture:
    """Return the part of the panorama that the camera sees, between its columns too."""
    period = around.shape[1] - size[0] - 1
    left = (pan / (2 * np.pi) * period - size[0] / 2) % period
    column = int(left)
    part = int(256 * (left - column))
    first = around[:, column : column + size[0]].astype(np.uint16)
    second = around[:, column + 1 : column + 1 + size[0]]
    return ((first * (256 - part) + second * np.uint16(part)) >> 8).astype(np.uint8)


def _paste(picture: Picture, sprite: Sprite, phase: int, box: Box) -> None:
    """Draw a sprite into the picture; the box may lie between pixels and beyond the edges."""
    tall, wide = picture.shape[:2]
    left, top = max(0, int(np.floor(box[0]))), max(0, int(np.floor(box[1])))
    right, bottom = min(wide, int(np.ceil(box[2]))), min(tall, int(np.ceil(box[3])))
    if left >= right or top >= bottom:
        return
    patch = _patch(sprite, phase, box, (left, top, right, bottom)).astype(np.uint16)
    under = picture[top:bottom, left:right]
    picture[top:bottom, left:right] = patch[:, :, :3] + under * (255 - patch[:, :, 3:]) // 255


def _patch(sprite: Sprite, phase: int, box: Box, into: tuple[int, int, int, int]) -> Picture:
    """Return the sprite as it falls on the pixels `into`, opacity last, [h, w, 4]."""
    level = _level(sprite.levels[phase], box[2] - box[0])
    across = (level.width - 2 * MARGIN) / (box[2] - box[0])
    down = (level.height - 2 * MARGIN) / (box[3] - box[1])
    source = (
        max(0.0, MARGIN + (into[0] - box[0]) * across),
        max(0.0, MARGIN + (into[1] - box[1]) * down),
        min(float(level.width), MARGIN + (into[2] - box[0]) * across),
        min(float(level.height), MARGIN + (into[3] - box[1]) * down),
    )
    size = (into[2] - into[0], into[3] - into[1])
    return np.asarray(level.resize(size, Image.Resampling.BILINEAR, box=source))


def _level(levels: tuple[Image.Image, ...], pixels: float) -> Image.Image:
    """Return the smallest picture that still has more pixels than are needed."""
    return next((one for one in reversed(levels) if one.width - 2 * MARGIN >= pixels), levels[0])


def _blurred(picture: Picture, factor: int) -> Picture:
    """Return the picture without the detail of `factor` pixels of a 320-pixel-wide picture."""
    if factor == 1:
        return picture
    tall, wide = picture.shape[:2]
    small = (max(2, round(WIDTH / factor)), max(2, round(HEIGHT / factor)))
    image = Image.fromarray(picture).resize(small, Image.Resampling.BOX)
    return np.asarray(image.resize((wide, tall), Image.Resampling.BICUBIC))


def visible_area(scene: Scene, fps: float = FPS) -> Times:
    """Return the share of the picture that the object covers, [T], 0 to 1."""
    return visible_share(scene, frame_times(fps))


def visible_share(scene: Scene, times: Times) -> Times:
    """Return the share of the picture that the object covers at `times`, [T], 0 to 1."""
    placing, sprite = place(scene, times), object_sprite(scene)
    return np.array(
        [
            _share(sprite, phase_at(scene, time), object_box(placing, sprite, index))
            for index, time in enumerate(times)
        ]
    )


def _share(sprite: Sprite, phase: int, box: Box) -> float:
    wide, tall = box[2] - box[0], box[3] - box[1]
    part = (
        -box[0] / wide,
        -box[1] / tall,
        (WIDTH - box[0]) / wide,
        (HEIGHT - box[1]) / tall,
    )
    return sprite.covered(phase, part) * wide * tall / (WIDTH * HEIGHT)
