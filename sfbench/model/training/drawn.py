"""Scenes of a simulated world that are drawn to be learnt from, without files in between."""

from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.cache import EmbeddingCache, home_cache
from sfbench.encoders.square import MINI_LOOK, MINI_SIDE, mini_square
from sfbench.errors import SfbenchError
from sfbench.executor.stage import Stage
from sfbench.model.training.lessons import FPS, RATE, Lesson
from sfbench.model.training.settings import Settings
from sfbench.model.training.spans import spans_array, spans_of
from sfbench.progress import Watch
from sfbench.simulated.picture import views, visible_share
from sfbench.simulated.scene import SECONDS, Scene
from sfbench.simulated.sound import hear
from sfbench.simulated.truth import audible
from sfbench.simulated.world import EDITION, World, read_world

Arrays = Mapping[str, NDArray[Any]]

_TOGETHER = 24  # scenes that are kept as one
_TIMES = np.arange(round(SECONDS * FPS)) / FPS


def draw_world(
    world: World,
    clips: int,
    draw: Callable[[Scene], Arrays],
    signature: str,
    watch: Watch,
    cache: EmbeddingCache | None = None,
) -> list[Arrays]:
    """Return what `draw` makes of the first scenes of a world, 24 of them at a time.

    Args:
        world: The world.
        clips: How many scenes, a multiple of 24 or rounded up to one.
        draw: Makes arrays of a scene, which are joined along their first axis.
        signature: Says what `draw` makes; changed when that changes.
        watch: Shows progress.
        cache: Where it is kept; by default in `$SFBENCH_HOME`.

    Raises:
        SfbenchError: A scene cannot be drawn.
    """
    cache = cache or home_cache()
    keys = [
        cache.key(f"{world.name} {begin}", f"{signature}|{_TOGETHER}|{EDITION}", (0.0, SECONDS))
        for begin in range(0, clips, _TOGETHER)
    ]
    missing = [(number, key) for number, key in enumerate(keys) if not cache.has(key)]
    stage = Stage("draw", partial(_keep, cache, world, draw))
    with closing(stage.run(missing)) as outcomes:
        for outcome in watch(outcomes, len(missing), f"draw {world.name}"):
            if outcome.reason:
                raise SfbenchError(f"{world.name} cannot be drawn: {outcome.reason.detail}")
    return [cache.get(key) for key in keys]


def _keep(
    cache: EmbeddingCache, world: World, draw: Callable[[Scene], Arrays], item: tuple[int, str]
) -> None:
    number, key = item
    begin = number * _TOGETHER
    drawn = [draw(world.scene(index)) for index in range(begin, begin + _TOGETHER)]
    cache.put(key, {name: np.concatenate([one[name] for one in drawn]) for name in drawn[0]})


def draw_lessons(
    world: World,
    clips: int,
    watch: Watch,
    cache: EmbeddingCache | None = None,
    *,
    pictures: bool = False,
) -> list[Lesson]:
    """Return the first scenes of a world to learn from, as they are before a codec.

    Args:
        world: The world.
        clips: How many, a multiple of 24 or rounded up to one.
        watch: Shows progress.
        cache: Where they are kept; by default in `$SFBENCH_HOME`.
        pictures: Whether to draw pictures, too; without, lessons have none.

    Raises:
        SfbenchError: A scene cannot be drawn.
    """
    signature = f"lessons|{RATE}hz|{f'{FPS}fps|{MINI_LOOK}' if pictures else 'none'}|1"
    draw = partial(_drawn, times=_TIMES if pictures else _TIMES[:0])
    parts = draw_world(world, clips, draw, signature, watch, cache)
    return [_lesson(part, place) for part in parts for place in range(len(part["sound"]))]


def lessons_to_draw(settings: Settings, watch: Watch, *, pictures: bool = False) -> list[Lesson]:
    """Return the lessons that a recipe asks for.

    Args:
        settings: The recipe's settings.
        watch: Shows progress.
        pictures: Whether lessons have pictures.

    Raises:
        SfbenchError: There is no such world, or prompts have no words for what is in it.
    """
    lessons = draw_lessons(read_world(settings.data), settings.clips, watch, pictures=pictures)
    named = {one.shown for one in lessons} | {one.heard for one in lessons if one.heard}
    settings.require_words(named, settings.data)
    return lessons


def _drawn(scene: Scene, times: NDArray[np.float64]) -> Arrays:
    heard = hear(scene)
    spans = spans_array(audible(heard) if scene.heard else [])[None]
    named = {"id": scene.id, "shown": scene.label, "heard": scene.heard or "", "view": scene.view}
    squares = np.zeros((len(times), MINI_SIDE, MINI_SIDE, 3), np.uint8)
    for square, picture in zip(squares, views(scene, times), strict=True):
        square[:] = mini_square(picture)
    return {
        "sound": heard.sound[None].astype(np.float32),
        "audible": spans,
        "pictures": squares[None],
        "area": visible_share(scene, times)[None],
        **{name: np.array([text]) for name, text in named.items()},
    }


def _lesson(part: Arrays, place: int) -> Lesson:
    return Lesson(
        id=str(part["id"][place]),
        shown=str(part["shown"][place]),
        heard=str(part["heard"][place]) or None,
        audible=spans_of(part["audible"][place]),
        view=str(part["view"][place]),
        sound=part["sound"][place],
        pictures=part["pictures"][place],
        area=part["area"][place],
    )
