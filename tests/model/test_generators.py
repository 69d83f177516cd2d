import numpy as np
import pytest

from sfbench.errors import ClipError, SfbenchError
from sfbench.media.write import write_wav
from sfbench.model.generator import generators
from sfbench.model.noise import mean_power_spectrum, shaped_noise
from sfbench.model.reference import own_sound


def opened(name, dataset, **settings):
    return generators[name](dataset, settings)


def test_the_reference_answers_with_the_clips_own_sound(dataset):
    clip = dataset.split("test")[0]
    sound = opened("reference", dataset).generate(clip, seed=0)
    assert sound.sample_rate == 16_000
    assert len(sound.samples) / sound.sample_rate == pytest.approx(clip.seconds, abs=0.1)
    assert np.abs(sound.samples).max() > 0.1


def test_silence_is_zeros_for_the_clips_length(dataset):
    clip = dataset.split("test")[0]
    sound = opened("silence", dataset).generate(clip, seed=0)
    assert not sound.samples.any()
    assert len(sound.samples) == round(clip.seconds * sound.sample_rate)


def test_noise_keeps_power_and_spectrum_and_loses_the_course(dataset):
    clip = dataset.split("test")[0]
    own = own_sound(dataset, clip).samples
    noise = opened("noise", dataset).generate(clip, seed=0).samples
    assert np.mean(noise**2) == pytest.approx(np.mean(own**2), rel=1e-3)
    peak = np.argmax(mean_power_spectrum(own))
    assert abs(int(np.argmax(mean_power_spectrum(noise))) - int(peak)) <= 2
    assert abs(np.corrcoef(own, noise)[0, 1]) < 0.1


def test_white_noise_stays_white_when_shaped_by_white_noise():
    white = np.random.default_rng(1).standard_normal(64_000).astype(np.float32)
    spectrum = mean_power_spectrum(shaped_noise(white, np.random.default_rng(2)))
    low, high = spectrum[50:450].mean(), spectrum[550:950].mean()
    assert low == pytest.approx(high, rel=0.1)


def test_noise_of_silence_is_silence():
    silent = np.zeros(8000, np.float32)
    assert not shaped_noise(silent, np.random.default_rng(0)).any()


def test_retrieval_lends_from_training_clips_of_the_same_label(dataset):
    clip = dataset.split("test")[0]
    answer = opened("retrieval", dataset).generate(clip, seed=0).samples
    lenders = [one for one in dataset.split("train") if one.label == clip.label]
    lent = [own_sound(dataset, one).samples[: len(answer)] for one in lenders]
    assert any(np.array_equal(answer, sound) for sound in lent)


def test_shuffled_lends_from_the_same_split_and_another_label(dataset):
    clip = dataset.split("test")[0]
    answer = opened("shuffled", dataset).generate(clip, seed=0).samples
    lenders = [one for one in dataset.split("test") if one.label != clip.label]
    lent = [own_sound(dataset, one).samples[: len(answer)] for one in lenders]
    assert any(np.array_equal(answer, sound) for sound in lent)


@pytest.mark.parametrize("name", ["noise", "retrieval", "shuffled"])
def test_equal_seeds_give_equal_sound_and_some_other_seed_does_not(dataset, name):
    clip, generator = dataset.split("test")[0], opened(name, dataset)
    first = generator.generate(clip, seed=0).samples
    assert np.array_equal(first, generator.generate(clip, seed=0).samples)
    others = [generator.generate(clip, seed=seed).samples for seed in range(1, 12)]
    assert any(not np.array_equal(first[:1000], other[:1000]) for other in others)


def test_without_a_training_clip_retrieval_fails_with_a_reason(dataset):
    lonely = type(dataset)(dataset.folder, "lonely", dataset.split("test"))
    with pytest.raises(ClipError) as caught:
        opened("retrieval", lonely).generate(lonely.clips[0], seed=0)
    assert caught.value.reason.code == "no-training-clip"


def test_a_folder_answers_by_clip_id_and_names_what_is_missing(dataset, tmp_path):
    first, second = dataset.split("test")[:2]
    tone = np.sin(np.arange(22_050) / 10).astype(np.float32) / 2
    write_wav(tmp_path / f"{first.id}.wav", tone, 22_050)
    generator = opened("folder", dataset, folder=str(tmp_path))
    sound = generator.generate(first, seed=0)
    assert sound.sample_rate == 22_050
    assert np.array_equal(sound.samples, tone)
    with pytest.raises(ClipError, match="missing"):
        generator.generate(second, seed=0)


def test_settings_that_a_generator_does_not_know_are_refused(dataset):
    with pytest.raises(SfbenchError, match="loudness"):
        opened("silence", dataset, loudness=3)
