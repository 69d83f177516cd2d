"""What `read_media` gives for healthy files."""

import numpy as np
import pytest
import soundfile
import soxr

from sfbench.errors import ClipError
from sfbench.media.read import NATIVE, read_media
from sfbench.media.write import write_mp4, write_wav
from tests.media.making import (
    HEIGHT,
    RATE,
    WIDTH,
    clicks,
    indices,
    onset,
    picture,
    sine,
    write_cover,
    write_stamped,
)


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"]
)
def test_a_wav_sounds_as_soundfile_and_soxr_say(tmp_path, subtype):
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.stack([sine(1.0), 0.3 * sine(1.0, hertz=900)], 1), RATE, subtype)
    sound = read_media(path, rates=(NATIVE, 16_000, 48_000)).sound
    mono = soundfile.read(path, dtype="float32")[0].mean(axis=1)
    np.testing.assert_allclose(sound[NATIVE], mono, atol=1e-7)
    for rate in (16_000, 48_000):
        np.testing.assert_allclose(sound[rate], soxr.resample(mono, RATE, rate), atol=1e-6)


def test_what_was_written_as_wav_is_read_exactly(tmp_path):
    sound = np.random.default_rng(0).uniform(-1, 1, 12_345).astype(np.float32)
    write_wav(tmp_path / "noise.wav", sound, 22_050)
    media = read_media(tmp_path / "noise.wav", rates=(NATIVE, 22_050))
    assert np.array_equal(media.sound[NATIVE], sound)
    assert np.array_equal(media.sound[22_050], sound)
    assert (media.sample_rate, media.channels, media.has_picture) == (22_050, 1, False)


def test_eight_channels_at_96_khz_become_their_mean(tmp_path):
    channels = np.arange(8) / 8 * np.ones((9_600, 1))
    soundfile.write(tmp_path / "surround.wav", channels, 96_000, "PCM_24")
    media = read_media(tmp_path / "surround.wav", rates=(NATIVE,))
    assert (media.channels, media.sample_rate) == (8, 96_000)
    np.testing.assert_allclose(media.sound[NATIVE], 3.5 / 8, atol=1e-6)


@pytest.mark.parametrize("rate", [16_000, 32_000, 48_000])
def test_a_tone_keeps_its_frequency_and_loudness(clip, rate):
    sound = read_media(clip, rates=(rate,)).sound[rate][: 2 * rate]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert np.argmax(spectrum) / 2 == pytest.approx(440, abs=0.5)
    assert np.abs(sound[rate // 2 : rate]).max() == pytest.approx(0.5, abs=0.02)


def test_one_decode_gives_what_separate_decodes_give(clip):
    together = read_media(clip, rates=(16_000, 32_000, NATIVE), fps=5.0)
    for rate in (16_000, 32_000, NATIVE):
        alone = read_media(clip, rates=(rate,)).sound[rate]
        assert np.array_equal(together.sound[rate], alone)
    assert np.array_equal(together.frames, read_media(clip, fps=5.0).frames)


def test_reading_twice_gives_the_same(clip):
    first, second = (read_media(clip, rates=(16_000,), fps=4.0) for _ in range(2))
    assert np.array_equal(first.sound[16_000], second.sound[16_000])
    assert np.array_equal(first.frames, second.frames)


@pytest.mark.parametrize("fps", [1.0, 4.0, 8.0, 25.0, 60.0, 29.97])
def test_the_picture_at_each_time_is_the_one_shown_then(clip, fps):
    frames = read_media(clip, fps=fps).frames
    times = np.arange(len(frames)) / fps
    assert len(frames) == int(np.ceil((2.0 - 0.001) * fps))
    assert indices(frames) == np.floor((times + 0.001) * 25).astype(int).tolist()


def test_pictures_at_uneven_times_are_chosen_by_time(tmp_path):
    path = write_stamped(tmp_path / "vfr.mkv", [0.0, 0.1, 0.9, 1.0, 1.05])
    assert indices(read_media(path, fps=4.0).frames) == [0, 1, 1, 1, 3]


def test_times_that_were_rounded_to_milliseconds_skip_no_picture(tmp_path):
    path = write_stamped(tmp_path / "thirty.mkv", [round(index / 30, 3) for index in range(30)])
    assert indices(read_media(path, fps=30.0).frames) == list(range(30))


def test_a_single_picture_is_one_picture(tmp_path):
    write_mp4(tmp_path / "still.mp4", [picture(7)], 25, None, RATE)
    media = read_media(tmp_path / "still.mp4", fps=4.0)
    assert indices(media.frames) == [7]
    assert media.picture_seconds == pytest.approx(1 / 25)


def test_pictures_are_scaled_to_width_and_height(tmp_path):
    left_dark = np.zeros((48, 64, 3), np.uint8)
    left_dark[:, 32:, 0] = 255
    write_mp4(tmp_path / "halves.mp4", [left_dark] * 5, 5, None, RATE)
    frames = read_media(tmp_path / "halves.mp4", fps=1.0, size=(20, 10)).frames
    assert frames.shape == (1, 10, 20, 3)
    assert frames.dtype == np.uint8
    assert frames[0, :, :8].max() < 30
    assert frames[0, :, 12:, 0].min() > 220
    assert frames[0, :, 12:, 1:].max() < 40


def test_a_click_is_heard_when_it_was_written(tmp_path):
    sound = clicks(2.0, [1.0])
    write_mp4(tmp_path / "click.mp4", map(picture, range(50)), 25, sound, RATE)
    media = read_media(tmp_path / "click.mp4", rates=(16_000,))
    assert onset(media.sound[16_000], 16_000) == pytest.approx(1.0, abs=0.003)


def test_sound_that_starts_late_is_padded(tmp_path):
    frames = [index / 10 for index in range(10)]
    path = write_stamped(tmp_path / "late.mkv", frames, clicks(0.5, [0.1]), sound_time=0.3)
    media = read_media(path, rates=(NATIVE,))
    assert onset(media.sound[NATIVE], RATE) == pytest.approx(0.4, abs=0.002)
    assert media.sound_seconds == pytest.approx(0.8, abs=0.002)
    assert not media.sound[NATIVE][: round(0.29 * RATE)].any()


def test_sound_before_the_first_picture_is_cut(tmp_path):
    frames = [0.25 + index / 10 for index in range(10)]
    path = write_stamped(tmp_path / "early.mkv", frames, clicks(1.0, [0.1, 0.5]))
    media = read_media(path, rates=(NATIVE,), fps=10.0)
    assert onset(media.sound[NATIVE], RATE) == pytest.approx(0.25, abs=0.002)
    assert indices(media.frames)[:3] == [0, 1, 2]


def test_missing_sound_becomes_silence(tmp_path):
    frames = [index / 10 for index in range(10)]
    sound = clicks(1.0, [0.8])
    path = write_stamped(tmp_path / "gap.mkv", frames, sound, skipped=range(20, 50))
    media = read_media(path, rates=(NATIVE,))
    assert onset(media.sound[NATIVE], RATE) == pytest.approx(0.8, abs=0.002)
    assert media.sound_seconds == pytest.approx(1.0, abs=0.01)


def test_facts_come_without_decoding(clip):
    media = read_media(clip)
    assert (media.sample_rate, media.channels) == (RATE, 1)
    assert (media.width, media.height, media.frame_rate) == (WIDTH, HEIGHT, 25.0)
    assert media.declared == pytest.approx(2.0, abs=0.05)
    assert (media.seconds, media.sound, len(media.frames)) == (0.0, {}, 0)


def test_lengths_are_those_that_were_decoded(clip):
    media = read_media(clip, rates=(16_000,), fps=4.0)
    assert media.picture_seconds == pytest.approx(2.0)
    assert media.sound_seconds == pytest.approx(2.0, abs=0.05)
    assert media.seconds == max(media.picture_seconds, media.sound_seconds)
    assert media.damage is None


def test_a_cover_picture_is_no_video(tmp_path):
    path = write_cover(tmp_path / "song.m4a")
    assert not read_media(path, rates=(16_000,)).has_picture
    with pytest.raises(ClipError, match="no-picture"):
        read_media(path, fps=1.0)


@pytest.mark.parametrize("wrong", [{"rates": (-1,)}, {"fps": 0.0}, {"fps": float("nan")}])
def test_rates_and_fps_are_positive(clip, wrong):
    with pytest.raises(ValueError, match="positive"):
        read_media(clip, **wrong)
