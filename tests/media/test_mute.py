"""A copy of a video without its sound."""

import av
import numpy as np
import pytest

from sfbench.errors import ClipError
from sfbench.media.mute import mute
from sfbench.media.read import read_media
from sfbench.media.write import write_mp4
from tests.conftest import moving_pictures, swelling_tone, write_clip


def test_the_pictures_are_the_same_and_nothing_else_is_there(tmp_path):
    video = write_clip(tmp_path / "a.mp4", 300.0)
    mute(video, tmp_path / "silent" / "a.mp4")
    before = read_media(video, fps=8.0, rates=(16_000,))
    after = read_media(tmp_path / "silent" / "a.mp4", fps=8.0)
    assert np.array_equal(before.frames, after.frames)
    assert np.allclose(before.times, after.times)
    with av.open(tmp_path / "silent" / "a.mp4") as copy:
        assert [stream.type for stream in copy.streams] == ["video"]


def test_pictures_that_begin_late_still_do(tmp_path):
    write_mp4(tmp_path / "a.mp4", moving_pictures(2.0), 8, swelling_tone(2.0, 300.0), 16_000)
    with av.open(tmp_path / "a.mp4") as source, av.open(tmp_path / "late.mkv", "w") as late:
        kept = late.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = kept
                packet.pts += round(0.5 / packet.time_base)
                packet.dts += round(0.5 / packet.time_base)
                late.mux(packet)
    mute(tmp_path / "late.mkv", tmp_path / "silent.mkv")
    with av.open(tmp_path / "late.mkv") as before, av.open(tmp_path / "silent.mkv") as after:
        starts = [float(next(one.decode(video=0)).time) for one in (before, after)]
    assert starts[0] == starts[1] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty-file"), (b"#EXTM3U\n/etc/passwd\n", "unreadable")]
)
def test_what_is_no_video_is_a_reason(tmp_path, content, code):
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(ClipError) as caught:
        mute(tmp_path / "a.mp4", tmp_path / "silent.mp4")
    assert caught.value.reason.code == code
    assert not (tmp_path / "silent.mp4").exists()
