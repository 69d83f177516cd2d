"""What the writers leave on disk."""

import numpy as np
import pytest
import soundfile

from sfbench.media.read import read_media
from sfbench.media.write import write_mp4, write_wav
from tests.media.making import RATE, indices, picture, sine


def test_a_wav_is_32_bit_float_mono(tmp_path):
    write_wav(tmp_path / "take.wav", sine(0.1, 16_000), 16_000)
    about = soundfile.info(tmp_path / "take.wav")
    assert (about.samplerate, about.channels, about.subtype) == (16_000, 1, "FLOAT")


def test_equal_input_gives_equal_bytes(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        write_mp4(tmp_path / name, map(picture, range(12)), 25, sine(0.5), RATE)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize("seconds", [0.5, 1.0, 1.5])
def test_sound_may_be_shorter_or_longer_than_the_picture(tmp_path, seconds):
    write_mp4(tmp_path / "clip.mp4", map(picture, range(25)), 25, sine(seconds), RATE)
    media = read_media(tmp_path / "clip.mp4", rates=(16_000,), fps=25.0)
    assert indices(media.frames) == list(range(25))
    assert media.sound_seconds == pytest.approx(seconds, abs=0.03)


def test_the_index_stands_in_front(tmp_path):
    write_mp4(tmp_path / "clip.mp4", [picture(0)] * 5, 25, None, RATE)
    data = (tmp_path / "clip.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_failure_leaves_nothing(tmp_path):
    def broken():
        yield picture(0)
        raise RuntimeError("the renderer broke")

    with pytest.raises(RuntimeError, match="renderer"):
        write_mp4(tmp_path / "clip.mp4", broken(), 25, None, RATE)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_file(tmp_path):
    write_wav(tmp_path / "take.wav", sine(0.1), RATE)
    before = (tmp_path / "take.wav").read_bytes()
    with pytest.raises(ValueError, match="dtype"):
        write_wav(tmp_path / "take.wav", np.zeros(4, np.complex64), RATE)
    assert (tmp_path / "take.wav").read_bytes() == before


def test_a_video_needs_a_picture(tmp_path):
    with pytest.raises(ValueError, match="picture"):
        write_mp4(tmp_path / "clip.mp4", [], 25, None, RATE)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_colon_is_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = type(tmp_path)("out:1/clip.mp4")
    write_mp4(path, [picture(3)] * 5, 25, None, RATE)
    assert indices(read_media(path, fps=1.0).frames) == [3]
