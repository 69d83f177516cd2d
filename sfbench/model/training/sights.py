"""Pictures of a simulated world that are drawn to be learnt from, with what is seen in them."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from sfbench.encoders.cache import EmbeddingCache
from sfbench.encoders.square import MINI_LOOK, mini_square
from sfbench.model.training.drawn import Arrays, draw_world
from sfbench.progress import Watch
from sfbench.simulated.camera import HEIGHT, WIDTH
from sfbench.simulated.picture import at_work, boxes, views, visible_share
from sfbench.simulated.scene import SECONDS, Scene
from sfbench.simulated.world import World

Boxes = NDArray[np.float64]  # [N, 2, 4]

_PER_CLIP = 4  # pictures
_QUALITY = (30, 95)  # of JPEG, which loses what a video's codec loses: fine detail and colour
_KEPT = f"sights|{_PER_CLIP}|{MINI_LOOK}|1"


@dataclass(frozen=True, slots=True)
class Sights:
    """Pictures to learn from.

    Attributes:
        pictures: Squares of pictures, [N, 192, 192, 3].
        names: Label of the object, and of its silent companion, empty without one, [N, 2].
        area: Share of the picture that the object covers, [N].
        works: Whether the object makes its sound, [N].
        boxes: Left, top, right, bottom of both in the square, which reaches from -1 to 1,
            [N, 2, 4]; NaN where there is none.
    """

    pictures: NDArray[np.uint8]
    names: NDArray[np.str_]
    area: NDArray[np.float64]
    works: NDArray[np.bool_]
    boxes: Boxes


def draw_sights(
    world: World, clips: int, watch: Watch, cache: EmbeddingCache | None = None
) -> Sights:
    """Return pictures of the first clips of a world, four of each at times by chance.

    Args:
        world: The world.
        clips: How many clips, a multiple of 24 or rounded up to one.
        watch: Shows progress.
        cache: Where they are kept; by default in `$SFBENCH_HOME`.

    Raises:
        SfbenchError: A picture cannot be drawn.
    """
    parts = draw_world(world, clips, _sight, _KEPT, watch, cache)
    return Sights(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _sight(scene: Scene) -> Arrays:
    rng = np.random.default_rng([scene.seed, 7])
    times = (np.arange(_PER_CLIP) + rng.random(_PER_CLIP)) * SECONDS / _PER_CLIP
    names = [scene.label, scene.companion.label if scene.companion else ""]
    return {
        "pictures": np.stack([mini_square(one) for one in _decoded(scene, times, rng)]),
        "names": np.tile(names, (_PER_CLIP, 1)),
        "area": visible_share(scene, times),
        "works": np.array([at_work(scene, time) for time in times]),
        "boxes": in_square(boxes(scene, times)),
    }


def _decoded(
    scene: Scene, times: NDArray[np.float64], rng: Generator
) -> Iterator[NDArray[np.uint8]]:
    """Yield a scene's pictures as a lossy codec gives them back."""
    for picture in views(scene, times):
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=int(rng.integers(*_QUALITY)))
        yield np.asarray(Image.open(file))


def in_square(found: Boxes) -> Boxes:
    """Return boxes of the canvas, [N, 2, 4], in the square that it is scaled to, from -1 to 1.

    >>> in_square(np.array([[[0.0, 0.0, 160.0, 240.0]]])).tolist()
    [[[-1.0, -1.0, 0.0, 1.0]]]
    """
    inside: Boxes = 2 * found / [WIDTH, HEIGHT, WIDTH, HEIGHT] - 1
    return inside
