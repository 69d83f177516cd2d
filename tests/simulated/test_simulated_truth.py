from dataclasses import replace

import msgspec
import numpy as np
import pytest

from sfbench.media.level import levels
from sfbench.simulated import picture
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.objects import CONTINUOUS
from sfbench.simulated.pen import REST
from sfbench.simulated.picture import frames, visible_area
from sfbench.simulated.render import render
from sfbench.simulated.silhouettes import PHASES, draw_sprite
from sfbench.simulated.sound import hear
from sfbench.simulated.truth import Truth, truth, truth_of
from sfbench.simulated.world import EDITION


def good(count, seed):
    scenes = (draw_scene(seed, index) for index in range(4 * count))
    return [scene for scene in scenes if scene.group == "good"][:count]


def active(sound):
    level = levels(sound)
    return level > max(np.percentile(level, 95) - 25, -60)


def within(spans, count):
    times = (np.arange(count) + 0.5) / 100
    return np.any([(begin <= times) & (times < end) for begin, end in spans], axis=0)


@pytest.fixture(scope="module")
def listened():
    """Good scenes of all labels, and what is heard of them."""
    scenes = [*good(28, 11)[::2], *good(28, 12)[1::2]]
    return [(scene, hear(scene)) for scene in scenes]


def test_a_clip_is_active_wherever_its_object_is_audible(listened):
    for scene, heard in listened:
        audible = truth_of(scene, heard).audible
        expected = within(audible, len(levels(heard.sound)))
        assert expected.sum() >= 100, scene.id
        assert active(heard.sound)[expected].mean() >= 0.995, scene.id


def test_a_clip_is_not_active_before_its_source_starts(listened):
    late = [(scene, heard) for scene, heard in listened if scene.gate[0] > 0]
    assert late
    for scene, heard in late:
        assert not active(heard.sound)[: round(100 * scene.gate[0]) - 4].any(), scene.id


def test_nothing_is_audible_without_a_sound():
    scene = replace(draw_scene(0, 0), heard=None)
    known = truth(scene)
    assert known.audible == []
    assert known.label_heard is None
    assert set(known.fundamental) == {None}


def test_the_fundamental_is_known_where_the_object_is_audible_only(listened):
    for scene, heard in listened[::4]:
        known = truth_of(scene, heard)
        audible = [
            any(begin <= index / known.frame_rate < end for begin, end in known.audible)
            for index in range(len(known.fundamental))
        ]
        pitched = scene.label != "railroad car, train wagon"
        assert [value is not None for value in known.fundamental] == [
            one and pitched for one in audible
        ]


def seen_pixels(scene, fps, size):
    """Share of the pixels that change when the object is taken away."""
    empty = replace(scene, zoom=1e-9)
    pairs = zip(frames(scene, fps, size), frames(empty, fps, size), strict=True)
    return np.array([np.any(a != b, axis=2).mean() for a, b in pairs])


def test_the_visible_area_is_what_changes_when_the_object_is_taken_away(monkeypatch):
    scene = next(s for s in good(40, 15) if s.view == "followed" and s.companion is None)
    scene = replace(scene, heard=None)  # at rest, since smoke covers by its opacity alone
    monkeypatch.setattr(picture, "panorama", lambda scene, size: plain(size))
    changed = seen_pixels(scene, 2, (320, 240))
    assert changed == pytest.approx(visible_area(scene, 2), abs=0.01)
    assert changed.max() > 0.01


def plain(size):
    return np.full((size[1], 1600, 3), 7, np.uint8)


def test_an_object_is_off_screen_while_the_camera_looks_away():
    scene = replace(next(s for s in good(9, 16) if s.view == "followed"), away=(2.0, 6.0))
    known = truth(scene)
    assert any(begin <= 3.0 and end >= 5.0 for begin, end in known.off_screen)
    area = np.array(known.visible_area)
    assert (area[45:75] == 0).all()
    assert (area[:15] > 0).all()


def test_a_view_keeps_its_word():
    for scene in good(40, 17):
        area = visible_area(scene, 5)
        match scene.view:
            case "never-seen":
                assert not area.any()
            case "tiny":
                assert 0 < area.max() < 0.002
            case "followed" | "blurred":
                assert (area > 0).all()
            case "glance-away":
                assert (area == 0).any()
                assert (area > 0).any()


def test_truth_survives_json():
    known = truth(draw_scene(0, 1))
    assert msgspec.json.decode(msgspec.json.encode(known), type=Truth) == known


def test_the_same_seed_gives_the_same_bytes_of_samples_and_frames():
    def bytes_of(index):
        picture.object_sprite.cache_clear()
        rendering = render(draw_scene(3, index), fps=4)
        return rendering.sound.tobytes(), rendering.frames.tobytes()

    for index in (0, 1, 2):
        assert bytes_of(index) == bytes_of(index)
    assert bytes_of(0) != bytes_of(1)


def test_a_rendering_has_the_asked_shapes():
    rendering = render(draw_scene(0, 0), rate=8000, fps=4, size=(48, 36))
    assert rendering.sound.shape == (80_000,)
    assert rendering.sound.dtype == np.float32
    assert rendering.frames.shape == (40, 36, 48, 3)
    assert len(rendering.truth.distance) == 40


def test_an_object_covers_no_more_than_its_box_and_the_times_asked_for_make_no_difference():
    scene = draw_scene(0, 0)
    times = picture.frame_times(2)
    area = picture.visible_share(scene, times)
    assert np.array_equal(area, picture.visible_area(scene, 2))
    corners = np.clip(picture.boxes(scene, times)[:, 0], 0, [320, 240, 320, 240])
    boxes = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1]) / (320 * 240)
    assert (area <= boxes + 1e-9).all() and (area > 0.2 * boxes).any()


DRAWN = {
    "ambulance siren": (0.618, 0.590),
    "airplane flyby": (0.411, 0.313),
    "train horning": (0.466, 0.385),
    "race car, auto racing": (0.309, 0.222),
    "motorboat, speedboat acceleration": (0.323, 0.265),
    "lawn mowing": (0.275, 0.197),
    "helicopter": (0.369, 0.255),
    "fire truck siren": (0.605, 0.590),
    "train whistling": (0.414, 0.260),
    "driving motorcycle": (0.469, 0.341),
    "police car (siren)": (0.458, 0.402),
    "railroad car, train wagon": (0.579, 0.550),
    "car passing by": (0.406, 0.329),
    "civil defense siren": (0.229, 0.204),
}
"""Share of its sheet that a thing covers at work and at rest, in edition 2 of the world."""


def test_other_drawings_are_another_edition():
    sprites = {label: draw_sprite(label, np.random.default_rng(0), 1) for label in CONTINUOUS}
    whole = (0.0, 0.0, 1.0, 1.0)
    found = {
        label: (sprite.covered(0, whole), sprite.covered(REST, whole))
        for label, sprite in sprites.items()
    }
    assert EDITION == 2
    assert found.keys() == DRAWN.keys()
    for label in CONTINUOUS:
        assert found[label] == pytest.approx(DRAWN[label], abs=0.002), label


@pytest.mark.parametrize("label", CONTINUOUS)
def test_a_thing_shows_by_its_lights_and_smoke_whether_it_makes_a_sound(label):
    levels = draw_sprite(label, np.random.default_rng(0), 1).levels
    still, *works = (np.asarray(levels[one][0], float) for one in (REST, *range(PHASES)))
    assert min(np.abs(one - still).mean() for one in works) > 0.3


def test_a_thing_is_at_rest_before_its_source_starts_and_after_it_stops():
    scene = replace(draw_scene(0, 0), gate=(2.0, 7.0))
    times = picture.frame_times(2)
    works = [picture.phase_at(scene, time) != REST for time in times]
    assert works == ((times >= 2.0) & (times < 7.0)).tolist()
    assert not picture.at_work(replace(scene, heard=None), 3.0)


def test_a_silent_companion_is_at_rest(monkeypatch):
    shown = []
    monkeypatch.setattr(picture, "_paste", lambda seen, sprite, phase, box: shown.append(phase))
    scene = next(s for s in good(40, 21) if s.companion and s.gate[0] < 0)
    next(picture.views(scene, np.array([1.0])))
    assert shown == [REST, picture.phase_at(scene, 1.0)]
    assert shown[1] != REST
