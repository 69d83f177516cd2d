"""Laws of Smooth-Foley as a generator, on tiny networks with random weights."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from sfbench.errors import ClipError, Reason, SfbenchError
from sfbench.model.foleycrafter.denoise import unit_noise
from tests.model.smooth_foley.tiny import answers, opened


@pytest.fixture(scope="module")
def clips(dataset):
    return list(dataset.split("test")[:2])


@pytest.fixture(scope="module")
def generator(dataset):
    return opened(dataset)


def test_a_sound_is_as_long_as_its_clip_and_says_that_its_weights_are_random(generator, clips):
    (sound,) = generator.perform(clips[:1], [generator.look(clips[0])], [7])
    assert sound.sample_rate == 16_000
    assert len(sound.samples) == int(16_000 * clips[0].seconds)
    assert np.isfinite(sound.samples).all() and sound.samples.any()
    assert "random" in generator.notes[0] and "random" in "".join(generator.contents())


def test_equal_seeds_give_equal_sound_and_other_seeds_another(generator, clips):
    (first,), (again,) = (answers(generator, clips[:1]) for _ in range(2))
    (other,) = answers(generator, clips[:1], [8])
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_companions_in_a_batch_change_nothing(generator, clips):
    together = answers(generator, clips, [7, 8])
    alone = [*answers(generator, clips[:1], [7]), *answers(generator, clips[1:], [8])]
    for one, other in zip(together, alone, strict=True):
        assert np.abs(one - other).max() < 1e-4


def test_one_picture_frame_by_frame_is_the_clip_as_a_whole_to_the_bit(dataset, clips):
    frame_wise, clip_wise = (
        opened(dataset, frames=1, embedding=embedding) for embedding in ("frames", "mean")
    )
    (one,), (other,) = answers(frame_wise, clips[:1]), answers(clip_wise, clips[:1])
    assert np.array_equal(one, other)


@pytest.mark.parametrize(("encoding", "matters"), [("none", 0), ("mask", 1), ("posemb", 1)])
def test_the_order_of_pictures_matters_where_time_is_encoded(dataset, clips, encoding, matters):
    generator = opened(dataset, time_encoding=encoding, timing="none")
    seen = generator.look(clips[0])
    colours = np.arange(len(seen.times), dtype=np.uint8)[:, None, None, None] * 50
    pictures = np.broadcast_to(colours, (len(seen.times), 224, 224, 3))
    shown = [
        replace(seen, pictures=own, key=f"{encoding}-{turn}")
        for turn, own in enumerate((pictures, pictures[::-1]))
    ]
    first, second = (generator.perform(clips[:1], [one], [7])[0].samples for one in shown)
    assert (np.abs(first - second).max() > 1e-3) == bool(matters)


def test_without_weight_on_pictures_and_timing_it_is_plain_auffusion(dataset, clips):
    """The plain model hears the text alone: other pictures and timing change nothing at all."""
    generator = opened(dataset, frame_scale=0.0, temporal_scale=0.0)
    seen = generator.look(clips[0])
    dark = replace(seen, pictures=np.zeros((len(seen.times), 224, 224, 3), np.uint8), key="dark")
    plain, other = (generator.perform(clips[:1], [one], [7])[0].samples for one in (seen, dark))
    assert np.array_equal(plain, other)
    heard = opened(dataset, temporal_scale=0.0)
    adapted = heard.perform(clips[:1], [seen], [7])[0].samples
    assert np.abs(adapted - plain).max() > 1e-3


def test_a_temporal_scale_of_zero_is_no_temporal_adapter(dataset, clips):
    (without,) = answers(opened(dataset, timing="none"), clips[:1])
    (silent,) = answers(opened(dataset, temporal_scale=0.0), clips[:1])
    assert np.array_equal(without, silent)
    (told,) = answers(opened(dataset, temporal_scale=1.0), clips[:1])
    assert not np.array_equal(told, silent)


def test_foleycrafter_hears_its_detector_and_draws_noise_in_turn(dataset, clips):
    generator = opened(dataset, "foleycrafter-tiny", frames=4)
    sounds = answers(generator, clips)
    assert [len(sound) for sound in sounds] == [int(16_000 * clip.seconds) for clip in clips]
    drawn = torch.Generator("cpu").manual_seed(42)
    turns = [torch.randn((4, 8, 128), generator=drawn) for _ in clips]
    for clip, turn in zip(clips, turns, strict=True):
        assert torch.equal(generator._noise(clip, seed=99), turn)


def test_other_noise_is_of_the_clips_own_seed(generator, clips):
    assert torch.equal(generator._noise(clips[0], 5), unit_noise(5, (4, 8, 128)))


def test_a_clip_without_a_label_fails_alone(generator, clips):
    nameless = replace(clips[0], label=None)
    looks = [generator.look(clip) for clip in clips]
    none, sound = generator.perform([nameless, clips[1]], looks, [7, 8])
    assert isinstance(none, Reason) and none.code == "no-label"
    assert len(sound.samples)


def test_a_video_that_was_changed_is_not_looked_at(generator, clips):
    with pytest.raises(ClipError, match="changed"):
        generator.look(replace(clips[0], sha256="0" * 64))


def test_pictures_are_embedded_once_and_then_known_by_content(dataset, clips):
    generator = opened(dataset, fps=0.7)
    seen = generator.look(clips[0])
    assert seen.pictures.shape == (4, 224, 224, 3)
    (first,) = answers(generator, clips[:1])
    again = generator.look(clips[0])
    assert again.pictures is None and np.array_equal(again.times, seen.times)
    assert np.array_equal(generator.perform(clips[:1], [again], [7])[0].samples, first)


def test_so_many_pictures_are_spread_over_the_clip(dataset, clips):
    seen = opened(dataset, frames=6).look(clips[0])
    assert len(seen.times) == 6
    assert seen.times[0] == 0 and seen.times[-1] == pytest.approx(clips[0].seconds, abs=0.2)


@pytest.mark.parametrize(
    ("setting", "value"), [("fps", 0), ("tokens", "many"), ("loudness", 1), ("seconds", 20.0)]
)
def test_settings_that_cannot_be_are_refused(dataset, setting, value):
    with pytest.raises(SfbenchError, match=setting):
        opened(dataset, **{setting: value})


def test_a_file_of_its_own_that_is_not_there_is_named(dataset):
    with pytest.raises(SfbenchError, match=r"nowhere.*--set frame_adapter"):
        opened(dataset, frame_adapter="nowhere.safetensors")


def test_without_weights_one_message_says_what_to_fetch(dataset):
    with pytest.raises(SfbenchError) as caught:
        opened(dataset, "smooth-foley")
    message = str(caught.value)
    assert "sfbench weights fetch smooth-foley" in message
    assert all(word in message for word in ("unet", "CC-BY-NC-SA-4.0", "GB in all"))
    with pytest.raises(SfbenchError, match="foleycrafter-detector"):
        opened(dataset, "foleycrafter")


def test_workers_that_look_import_no_network():
    code = "import sys, sfbench.model.smooth_foley.look; print('torch' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"
