import numpy as np
import pytest

from sfbench.encoders.cache import EmbeddingCache
from sfbench.encoders.square import mini_square
from sfbench.errors import SfbenchError
from sfbench.model.training.drawn import draw_lessons, draw_world
from sfbench.progress import quiet
from sfbench.simulated.picture import frames, visible_area
from sfbench.simulated.sound import hear
from sfbench.simulated.truth import truth_of
from sfbench.simulated.world import World, read_world


def test_drawn_lessons_are_the_scenes_of_the_world_with_their_truth(tmp_path):
    world = World(41)
    lessons = draw_lessons(world, 24, quiet, EmbeddingCache(tmp_path))
    assert [one.id for one in lessons] == [world.scene(index).id for index in range(24)]
    for index in (0, 7, 20):
        scene, one = world.scene(index), lessons[index]
        heard = hear(scene)
        truth = truth_of(scene, heard)
        assert np.array_equal(one.sound, heard.sound)
        assert (one.shown, one.heard, one.view) == (scene.label, scene.heard, scene.view)
        assert list(one.audible) == (truth.audible if scene.heard else [])


def test_pictures_come_with_lessons_when_they_are_asked_for(tmp_path):
    scene = World(41).scene(3)
    lessons = draw_lessons(World(41), 24, quiet, EmbeddingCache(tmp_path), pictures=True)
    assert lessons[3].area.tolist() == visible_area(scene, 2).tolist()
    shown = [mini_square(picture) for picture in frames(scene, 2)]
    assert np.array_equal(lessons[3].pictures, shown)


def broken(scene):
    raise ValueError("no pencil")


def test_what_cannot_be_drawn_says_why(tmp_path):
    with pytest.raises(SfbenchError, match=r"simulated:41 cannot be drawn: ValueError: no pencil"):
        draw_world(World(41), 24, broken, "broken", quiet, EmbeddingCache(tmp_path))


@pytest.mark.parametrize("name", ["simulated", "simulated:7", "simulated:7:beyond"])
def test_a_world_is_read_by_its_name(name):
    world = read_world(name)
    assert world.name == (name if ":" in name else "simulated:0")


def test_a_folder_is_no_world():
    with pytest.raises(SfbenchError, match="worlds/learn is no world"):
        read_world("worlds/learn")
