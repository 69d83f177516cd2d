"""What `read_media` says to files that are broken or mean harm: a reason, in little memory."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sfbench.media.read import NATIVE, read_media
from sfbench.media.write import write_mp4, write_wav
from tests.media.making import RATE, code, patched, picture, sine

NOISE = np.random.default_rng(0).bytes(5_000)
PLAYLISTS = {
    "hls": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/x.ts\n",
    "concat": b"ffconcat version 1.0\nfile 'clip.mp4'\n",
    "sdp": b"v=0\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
}


@pytest.mark.parametrize("suffix", ["mp4", "wav", "mkv", "avi", "mp3", "ogg", "flac", "ts", "mpg"])
@pytest.mark.parametrize("data", [b"\0", b"x", NOISE], ids=["nul", "one byte", "noise"])
def test_junk_is_refused(put, suffix, data):
    assert code(put(f"junk.{suffix}", data), fps=None) in {
        "unreadable",
        "no-sound",
        "unusable-sound",
    }


@pytest.mark.parametrize("suffix", ["mp4", "wav", "mkv"])
def test_an_empty_file_is_refused(put, suffix):
    assert code(put(f"empty.{suffix}", b"")) == "empty-file"


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "ts", "wav"])
def test_a_playlist_is_not_followed(clip, put, kind, suffix):
    path = put(f"{kind}.{suffix}", PLAYLISTS[kind])
    assert code(path, fps=None) in {"unreadable", "no-sound"}


@pytest.mark.parametrize("name", ["clip.txt", "clip.m3u8", "clip", "clip.mp4.exe"])
def test_an_unknown_suffix_is_refused(put, clip_bytes, name):
    assert code(put(name, clip_bytes)) == "unknown-format"


def test_only_regular_files_are_opened(tmp_path):
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    assert code(tmp_path / "folder.mp4") == "not-a-file"
    assert code(tmp_path / "pipe.mp4") == "not-a-file"
    assert code(tmp_path / "none.mp4") == "missing"
    assert code(tmp_path / "nul\0byte.mp4") == "missing"
    assert code(tmp_path / f"{'long' * 80}.mp4") == "unreadable"


def test_a_link_is_read_and_a_broken_one_refused(tmp_path, clip):
    for name, target in {"link": clip.name, "dangling": "none.mp4", "loop": "loop.mp4"}.items():
        (tmp_path / f"{name}.mp4").symlink_to(target)
    assert len(read_media(tmp_path / "link.mp4", fps=4.0).frames) == 8
    assert code(tmp_path / "dangling.mp4") == "missing"
    assert code(tmp_path / "loop.mp4") == "unreadable"


@pytest.mark.parametrize(
    "name",
    [
        "-x.mp4", "new\nline.mp4", "\N{GRINNING FACE}.mp4", "x" * 251 + ".mp4", "http:x.mp4",
        "concat:a|b.mp4", "data:x.mp4", "%03d.mp4", "a b;$(id)&'\".mp4", "CLIP.MP4", "\udcff.mp4",
    ],
)  # fmt: skip
def test_an_odd_name_is_a_name(put, clip_bytes, name, monkeypatch, tmp_path):
    path = put(name, clip_bytes)
    assert len(read_media(path, rates=(16_000,), fps=4.0).frames) == 8
    monkeypatch.chdir(tmp_path)
    assert len(read_media(Path(name), fps=4.0).frames) == 8


def test_a_video_without_its_index_is_unreadable(put, clip_bytes):
    assert code(put("no-index.mp4", clip_bytes[: clip_bytes.index(b"moov")])) == "unreadable"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_video_that_ends_early_is_damaged_but_readable(put, clip_bytes, share):
    path = put("cut.mp4", clip_bytes[: int(share * len(clip_bytes))])
    assert code(path) == "damaged"
    media = read_media(path, rates=(16_000,), fps=4.0, strict=False)
    assert media.damage
    assert 0 < media.sound_seconds < 2.0
    assert len(media.sound[16_000]) == pytest.approx(16_000 * media.sound_seconds, abs=1)


def test_a_video_with_a_broken_middle_is_damaged(put, clip_bytes):
    middle = clip_bytes.index(b"mdat") + 2_000
    data = clip_bytes[:middle] + bytes(4_000) + clip_bytes[middle + 4_000 :]
    assert code(put("holed.mp4", data)) == "damaged"
    media = read_media(put("holed.mp4", data), rates=(16_000,), fps=4.0, strict=False)
    assert media.picture_seconds == pytest.approx(2.0, abs=0.1)


def test_missing_streams_are_named(tmp_path):
    write_mp4(tmp_path / "mute.mp4", [picture(0)] * 10, 25, None, RATE)
    write_wav(tmp_path / "blind.wav", sine(0.5), RATE)
    assert code(tmp_path / "mute.mp4") == "no-sound"
    assert code(tmp_path / "blind.wav") == "no-picture"


def test_streams_without_samples_are_named(tmp_path):
    soundfile.write(tmp_path / "none.wav", np.zeros((0, 1)), RATE)
    assert code(tmp_path / "none.wav", fps=None) == "no-sound"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
def test_samples_that_are_not_finite_are_refused(tmp_path, value):
    sound = np.stack([sine(1.0)] * 2, 1)
    sound[20_000:20_002] = value
    soundfile.write(tmp_path / "bad.wav", sound, RATE, "FLOAT")
    assert code(tmp_path / "bad.wav", fps=None) == "non-finite"


def test_doubles_beyond_floats_are_refused(tmp_path):
    soundfile.write(tmp_path / "bad.wav", np.full(1_000, 1e300), RATE, "DOUBLE")
    assert code(tmp_path / "bad.wav", fps=None) == "non-finite"


@pytest.mark.parametrize("claim", [65_540, 128_000, 1 << 31, (1 << 32) - 2])
def test_a_wav_that_claims_more_than_it_holds_is_damaged(put, wav_bytes, claim):
    path = put("lie.wav", patched(wav_bytes, b"data", 0, struct.pack("<I", claim)))
    assert code(path, fps=None) == "damaged"


def test_a_sound_that_is_cut_between_packets_is_damaged(tmp_path, put):
    soundfile.write(tmp_path / "whole.aiff", np.zeros(40_960), 16_000, "PCM_16")
    data = (tmp_path / "whole.aiff").read_bytes()
    assert len(read_media(put("a.aiff", data), rates=(NATIVE,)).sound[NATIVE]) == 40_960
    assert code(put("cut.aiff", data[:-40_960]), fps=None) == "damaged"


def test_a_length_beyond_the_limit_is_refused_before_decoding(tmp_path, put):
    soundfile.write(tmp_path / "short.aiff", np.zeros(1_000), 16_000, "PCM_16")
    data = (tmp_path / "short.aiff").read_bytes()
    lie = patched(data, b"COMM", 6, struct.pack(">I", 1 << 30))
    assert code(put("lie.aiff", lie), fps=None) == "too-long"


@pytest.mark.parametrize("length", [0, (1 << 32) - 1])
def test_a_wav_written_to_a_pipe_is_whole(put, wav_bytes, length):
    path = put("piped.wav", patched(wav_bytes, b"data", 0, struct.pack("<I", length)))
    assert len(read_media(path, rates=(NATIVE,)).sound[NATIVE]) == 16_384


@pytest.mark.parametrize("rate", [0, 1, 999, 1_000_000, 4_000_000_000])
def test_an_absurd_sample_rate_is_refused(put, wav_bytes, rate):
    path = put("rate.wav", patched(wav_bytes, b"fmt ", 8, struct.pack("<I", rate)))
    assert code(path, fps=None) in {"unusable-sound", "unreadable", "too-long"}


@pytest.mark.parametrize("channels", [0, 200, 65_535])
def test_an_absurd_number_of_channels_is_refused(put, wav_bytes, channels):
    path = put("channels.wav", patched(wav_bytes, b"fmt ", 6, struct.pack("<H", channels)))
    assert code(path, fps=None) in {"unusable-sound", "unreadable"}
