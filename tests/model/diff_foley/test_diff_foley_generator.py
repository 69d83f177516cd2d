"""From pictures to takes, with tiny networks and random weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from sfbench.clip import Clip
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.model.config import read_config
from sfbench.model.diff_foley import generator as subject
from sfbench.model.diff_foley.generator import open_diff_foley
from sfbench.model.diff_foley.window import SAMPLES, joined, windows_of
from sfbench.model.generator import open_generator
from tests.conftest import moving_pictures, swelling_tone, write_clip
from tests.encoders.difference import difference

TINY = {"weights": "random", "size": "tiny", "steps": 2, "rounds": 1}
SEEDS = (5, 6, 7)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """A manifest of clips of 10, 5 and 17 s."""
    folder = tmp_path_factory.mktemp("clips")

    def clip(name, seconds):
        pictures, tone = moving_pictures(seconds), swelling_tone(seconds, 300)
        write_clip(folder / f"{name}.mp4", 300, frames=pictures, sound=tone)
        video = f"{name}.mp4"
        return Clip(id=name, label=None, split="test", video=video, sha256="", seconds=seconds)

    return Manifest(folder, "clips", (clip("ten", 10.0), clip("five", 5.0), clip("long", 17.0)))


@pytest.fixture(scope="module")
def looks(clips):
    generator = open_diff_foley(clips, TINY)
    return [generator.look(clip) for clip in clips.clips]


@pytest.fixture(scope="module")
def generator(clips):
    return open_diff_foley(clips, TINY)


@pytest.fixture(scope="module")
def together(generator, clips, looks):
    return generator.perform(clips.clips, looks, SEEDS)


def test_it_looks_at_8_seconds_of_pictures_4_times_a_second(clips, looks):
    assert [len(look) for look in looks] == [33, 20, 33]
    assert all(look.shape[1:] == (64, 64, 3) and look.dtype == np.uint8 for look in looks)
    far = open_diff_foley(clips, TINY | {"seconds": 16.5}).look(clips.clips[2])
    assert len(far) == 66


def test_a_sound_lasts_8_176_seconds_or_as_long_as_its_clip(together):
    assert [len(sound.samples) for sound in together] == [130_816, 80_000, 130_816]
    assert {(sound.sample_rate, sound.start) for sound in together} == {(16_000, 0.0)}
    assert all(np.isfinite(sound.samples).all() and sound.samples.any() for sound in together)


def test_companions_do_not_change_a_sound(generator, clips, looks, together):
    (alone,) = generator.perform(clips.clips[2:], looks[2:], SEEDS[2:])
    assert np.array_equal(alone.samples, together[2].samples)


def test_spectrograms_made_in_one_batch_are_those_made_alone(generator, looks, monkeypatch):
    """A batch is for accelerators; the differences that it makes end before Griffin-Lim."""
    monkeypatch.setattr(type(generator), "_heard", lambda self, spectrogram, _: spectrogram)
    with torch.no_grad():
        windows = [
            windows_of(generator._features(look), seed, sequence=False)[0]
            for look, seed in zip(looks[:2], SEEDS[:2], strict=True)
        ]
        batch = generator._batch(windows)
        for window, own in zip(windows, batch, strict=True):
            assert difference(generator._batch([window])[0].numpy(), own.numpy()) < 1e-4


def test_another_seed_or_other_pictures_make_another_sound(generator, clips, looks, together):
    ten = clips.clips[:1]
    (other_seed,) = generator.perform(ten, looks[:1], [8])
    (other_look,) = generator.perform(ten, [255 - looks[0]], SEEDS[:1])
    for other in (other_seed, other_look):
        assert difference(other.samples, together[0].samples) > 1e-3


@pytest.mark.parametrize(
    "change", [{"alignment": 0.0}, {"guidance": 1.0}, {"compat": "notebook"}, {"placed": True}]
)
def test_settings_take_effect(clips, looks, together, change):
    changed = open_diff_foley(clips, TINY | change)
    (sound,) = changed.perform(clips.clips[:1], looks[:1], SEEDS[:1])
    assert difference(sound.samples, together[0].samples) > 1e-3


def test_a_guide_may_be_given_the_whole_sequence_of_features():
    features = torch.arange(70.0)[:, None]
    own = windows_of(features, 0, sequence=False)
    assert [window.features[0].item() for window in own] == [0, 32]
    assert all(torch.equal(window.guide, window.features) for window in own)
    whole = windows_of(features, 0, sequence=True)
    assert all(torch.equal(window.guide, features) for window in whole)
    assert torch.equal(own[1].noise, whole[1].noise)
    assert not torch.equal(own[0].noise, own[1].noise)


def test_clips_whose_guides_differ_in_length_are_made_apart(clips, looks, monkeypatch):
    made = []
    whole = open_diff_foley(clips, TINY | {"guided_by": "sequence"})
    monkeypatch.setattr(type(whole), "networks", property(lambda self: None))
    monkeypatch.setattr(
        type(whole),
        "_batch",
        lambda self, windows: (
            made.append([len(window.guide) for window in windows])
            or [np.full(SAMPLES, float(window.guide[0, 0]), np.float32) for window in windows]
        ),
    )
    windows = [
        replace(windows_of(torch.full((frames, 1), float(place)), 0, sequence=True)[0])
        for place, frames in enumerate((33, 40, 33))
    ]
    sounds = whole._sounds(windows, together=8)
    assert sorted(made) == [[33, 33], [40]]
    assert [sound[0] for sound in sounds] == [0, 1, 2]


def test_features_of_a_short_clip_are_repeated():
    (window,) = windows_of(torch.arange(20.0)[:, None], 0, sequence=True)
    assert window.features[:, 0].tolist() == [*range(20), *range(12)]


def test_a_window_comes_with_its_pictures_except_by_the_notebook():
    sounds = [np.full(SAMPLES, place, np.float32) for place in range(2)]
    kept = joined(sounds, whole=False)
    assert len(kept) == 128_000 + SAMPLES
    assert kept[127_999] == 0 and kept[128_000] == 1
    late = joined(sounds, whole=True)
    assert len(late) == 2 * SAMPLES
    assert late[SAMPLES - 1] == 0


def test_random_weights_are_called_so(clips, generator):
    assert "random" in " ".join(generator.contents())
    assert any("random" in note for note in generator.notes)
    assert any("8.176 s" in note for note in generator.notes)
    config = read_config("diff-foley-tiny")
    assert "random" in config.about and config.settings["weights"] == "random"
    with pytest.raises(SfbenchError, match="weights = 'random'"):
        open_diff_foley(clips, {"size": "tiny"})
    with pytest.raises(SfbenchError, match="compat"):
        open_diff_foley(clips, {"compat": "nosuch"})


def test_without_its_files_it_names_them_their_sizes_and_the_command(clips):
    config = read_config("diff-foley")
    with pytest.raises(SfbenchError) as told:
        open_generator(config.generator, clips, config.settings, device="cpu")
    for part in ("cavp: 1.4 GB, MIT", "ldm: at most", "sfbench weights fetch diff-foley"):
        assert part in str(told.value)


def test_the_defaults_are_those_that_the_config_documents():
    assert subject.Settings() == subject.checked(
        read_config("diff-foley").settings, subject.Settings
    )
