import numpy as np
import pytest

from sfbench.clip import Clip
from sfbench.errors import ClipError
from sfbench.media.read import read_media
from sfbench.model.recordings import Drawn, Files
from sfbench.model.tuning.lesson import of_world
from sfbench.simulated.media import write_media
from sfbench.simulated.sound import hear
from sfbench.simulated.world import World

WORLD = World(41)
DRAWN = Drawn(WORLD)


def clip():
    return of_world(WORLD, 1).rows[0].clip


def test_a_world_gives_the_same_sound_and_nearly_the_same_pictures_as_its_files(tmp_path):
    scene = WORLD.scene(int(clip().video))
    path = tmp_path / "clip.mp4"
    write_media(scene, hear(scene).sound, path)
    wishes = {"rates": (16_000,), "fps": 2.0}
    drawn, read = DRAWN(clip(), "learn", **wishes), read_media(path, **wishes)
    assert drawn.frames.shape == read.frames.shape
    assert np.abs(drawn.frames.astype(int) - read.frames).mean() < 4
    length = min(len(drawn.sound[16_000]), len(read.sound[16_000]))
    pair = drawn.sound[16_000][:length], read.sound[16_000][:length]
    assert np.corrcoef(*pair)[0, 1] > 0.98
    np.testing.assert_allclose(drawn.times, read.times)


def test_equal_clips_of_a_world_are_equal_and_other_worlds_are_other():
    first, again = (DRAWN(clip(), "learn", rates=(16_000,)).sound[16_000] for _ in range(2))
    other = Drawn(World(42))(clip(), "learn", rates=(16_000,)).sound[16_000]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert DRAWN.identity(0) != Drawn(World(42)).identity(0) != Drawn(World(42)).identity(1)


def test_a_world_of_lessons_has_good_clips_alone_and_says_when_they_sound():
    rows = of_world(WORLD, 6).rows
    assert len({one.clip.sha256 for one in rows}) == 6
    assert {WORLD.scene(int(one.clip.video)).group for one in rows} == {"good"}
    assert all(one.text == one.clip.label for one in rows)
    assert all(0 <= begin < end <= 10 for one in rows for begin, end in one.spans)


def test_a_file_that_changed_is_no_recording(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"other")
    told = Clip(id="a_0", label=None, split="train", video="a.mp4", sha256="0" * 64, seconds=1.0)
    with pytest.raises(ClipError, match="missing or changed"):
        Files(tmp_path)(told, "learn", rates=(16_000,))
