from collections import Counter

import pytest

from sfbench.clip import SAFE_ID
from sfbench.curation.recipe import read_recipe
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.objects import CONTINUOUS, OBJECTS, REJECTED
from sfbench.simulated.shares import GROUPS
from sfbench.simulated.silhouettes import SILHOUETTES


def world(count, seed=0):
    return [draw_scene(seed, index) for index in range(count)]


def kept(scenes):
    return [scene for scene in scenes if scene.group not in ("not-continuous", "defect")]


def test_the_recipe_keeps_every_continuous_label_under_the_same_family_and_no_other():
    recipe = read_recipe("vgg-c")
    assert {label: thing.family for label, thing in CONTINUOUS.items()} == {
        label: recipe.family(label) for label in CONTINUOUS
    }
    assert not any(recipe.family(label) for label in REJECTED)


def test_the_world_has_labels_enough_and_a_silhouette_for_each():
    assert len(CONTINUOUS) >= 8
    assert len({thing.family for thing in CONTINUOUS.values()}) >= 4
    assert len(REJECTED) >= 4
    assert set(SILHOUETTES) == set(OBJECTS)


def test_twenty_four_clips_hold_the_stated_groups():
    assert Counter(scene.group for scene in world(24)) == GROUPS


@pytest.mark.parametrize(("count", "some", "tests"), [(16, 12, 5), (24, 18, 8), (48, 36, 16)])
def test_enough_clips_pass_label_and_health(count, some, tests):
    passing = kept(world(count))
    assert len(passing) == some
    assert sum(scene.split == "test" for scene in passing) >= tests


def test_a_world_of_sixteen_holds_every_group():
    assert {scene.group for scene in world(16)} == set(GROUPS)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [16, 24, 48, 90])
def test_every_label_to_test_on_has_a_good_clip_to_train_on(seed, count):
    scenes = world(count, seed)
    trained = {s.label for s in scenes if s.group == "good" and s.split == "train"}
    assert {scene.label for scene in kept(scenes) if scene.split == "test"} <= trained


def test_a_hundred_clips_hold_every_kind_of_view_trajectory_and_gate():
    good = [scene for scene in world(170) if scene.group == "good"]
    assert len({scene.view for scene in good}) == 6
    assert len({scene.trajectory.kind for scene in good}) == 4
    assert 0.2 < sum(scene.gate != (-10, 20) for scene in good) / len(good) < 0.5
    assert 0.1 < sum(scene.companion is not None for scene in good) / len(good) < 0.3
    assert {scene.label for scene in good} == set(CONTINUOUS)


def test_faulty_clips_are_faulty_as_their_group_says():
    for scene in world(72):
        assert (scene.defect is not None) == (scene.group == "defect")
        assert (scene.heard is None) == (scene.group == "no-sound")
        assert (scene.label in REJECTED) == (scene.group == "not-continuous")
        if scene.group == "other-sound":
            assert OBJECTS[scene.heard].family != scene.family


def test_a_scene_depends_on_the_seed_and_its_index_alone():
    assert draw_scene(3, 5) == draw_scene(3, 5)
    assert draw_scene(3, 5).seed != draw_scene(4, 5).seed


def test_two_clips_of_a_label_differ():
    first, second = draw_scene(0, 0), draw_scene(0, 1)
    assert first.label == second.label
    assert first.seed != second.seed


def test_ids_are_safe_and_sort_by_index():
    ids = [scene.id for scene in world(120)]
    assert ids == sorted(ids)
    assert all(SAFE_ID.fullmatch(one) for one in ids)
