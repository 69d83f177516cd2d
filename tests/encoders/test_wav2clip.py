"""Wav2CLIP against the upstream package, with weights made by rule."""

import numpy as np
import pytest
import torch

from sfbench.encoders import wav2clip
from sfbench.encoders.extractor import extractors
from sfbench.encoders.wav2clip import Wav2Clip, wav2clip_network, zscore
from sfbench.errors import ClipError, SfbenchError
from tests.encoders.difference import companions_matter, difference
from tests.encoders.publish import publish
from tests.golden import rule

GOLDEN = rule.vectors("wav2clip")
SEED = int(GOLDEN["seed"])
WAVES = rule.wave(SEED, 16_000, 5) // 8, rule.wave(SEED + 1, 16_000, 5)
SOUNDS = [rule.sound(wave) for wave in WAVES]


@pytest.fixture(scope="module")
def published():
    """What the published file holds: the tensors of the two towers, by name."""
    kept = {"audio_encoder.spectrogram.window": torch.hann_window(512).numpy()}
    state = rule.state(str(GOLDEN["salt"]), rule.keys("wav2clip"), kept)
    return {key: torch.from_numpy(value) for key, value in state.items()}


@pytest.fixture(scope="module")
def network(published):
    return wav2clip_network(published)


@pytest.fixture
def extractor(network):
    return Wav2Clip(network)


@pytest.fixture
def compatible(network):
    return Wav2Clip(network, whole_batch=True)


def embeddings(extractor, sounds):
    return np.concatenate([outputs["embedding"] for outputs in extractor(sounds)])


def test_the_inputs_are_those_of_upstream():
    assert [rule.checksum(wave) for wave in WAVES] == [
        GOLDEN["wave_0_crc32"],
        GOLDEN["wave_1_crc32"],
    ]


def test_spectra_are_those_of_upstream(network):
    spectra = network.log_spectrum(torch.from_numpy(np.stack(SOUNDS)))
    assert list(spectra.shape) == GOLDEN["log_spectrogram_shape"].tolist()
    theirs = GOLDEN["log_spectrogram_every_16_20"]
    np.testing.assert_allclose(spectra[:, 0, ::16, ::20], theirs, atol=5e-4)
    for whole_batch, key in ((False, "alone"), (True, "batch")):
        normalised = zscore(spectra, whole_batch=whole_batch)[:, 0, ::16, ::20]
        np.testing.assert_allclose(normalised, GOLDEN[f"normalised_{key}_every_16_20"], atol=2e-4)


def test_a_sound_embeds_as_upstream_embeds_it_alone(extractor):
    theirs = np.concatenate([GOLDEN["embedding_alone_0"], GOLDEN["embedding_alone_1"]])
    assert difference(embeddings(extractor, SOUNDS), theirs) < 1e-5


def test_the_compatible_variant_embeds_a_batch_as_upstream_does(compatible):
    assert difference(embeddings(compatible, SOUNDS), GOLDEN["embedding_batch"]) < 1e-5


def test_the_two_variants_differ_and_say_so(extractor, compatible):
    assert difference(embeddings(extractor, SOUNDS), GOLDEN["embedding_batch"]) > 1e-2
    assert extractor.signature == "wav2clip-v0.1.0-alpha-16k|zscore-sample|512d"
    assert compatible.signature == "wav2clip-v0.1.0-alpha-16k|zscore-batch|512d"


def test_the_residual_network_alone_is_that_of_upstream(network):
    spectra = network.log_spectrum(torch.from_numpy(SOUNDS[0][None]))
    encoded = network.audio_encoder(zscore(spectra, whole_batch=False)).numpy()
    assert difference(encoded, GOLDEN["encoder_alone_0"]) < 1e-5


def test_companions_order_and_other_lengths_change_nothing(extractor):
    sounds = [rule.sound(rule.wave(seed, 16_000, 1 + seed % 2)) for seed in range(7)]
    sounds.append(np.zeros(16_000, np.float32))
    assert companions_matter(extractor, sounds) < 1e-5


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_published_layout_opens(published, extractor, tmp_path, monkeypatch, wrapped):
    # Training leaves more than the two towers in a checkpoint; they alone are read. Upstream's code
    # has read the file both bare and, later, from under a key.
    content = {**published, "image_transform.sequential.0.bias": torch.zeros(512)}
    content = {"epoch": 3, "state_dict": content} if wrapped else content
    publish(monkeypatch, tmp_path, wav2clip, "WAV2CLIP", content)
    opened = extractors["wav2clip"]("cpu")
    compatible = extractors["wav2clip-zscore-batch"]("cpu")
    ours = embeddings(extractor, SOUNDS[:1])
    assert np.array_equal(embeddings(opened, SOUNDS[:1]), ours)
    assert compatible.whole_batch
    assert (opened.name, compatible.name) == ("wav2clip", "wav2clip-zscore-batch")


def test_weights_that_are_not_here_are_named_and_not_fetched():
    with pytest.raises(SfbenchError, match="type: sfbench weights fetch wav2clip"):
        extractors["wav2clip"]("cpu")


def test_a_missing_tensor_is_named(published):
    state = {key: value for key, value in published.items() if key != "audio_encoder.conv1.weight"}
    with pytest.raises(SfbenchError, match=r"audio_encoder\.conv1\.weight"):
        wav2clip_network(state)


def test_257_samples_are_the_shortest_sound(extractor):
    assert embeddings(extractor, [SOUNDS[0][:257]]).shape == (1, 512)
    with pytest.raises(ClipError, match="too-short"):
        extractor([SOUNDS[0], SOUNDS[0][:256]])


def test_one_zscore_for_all_needs_one_length(compatible):
    with pytest.raises(ValueError, match="differ in length"):
        compatible([SOUNDS[0], SOUNDS[1][:8000]])


def test_no_sounds_have_no_embeddings(extractor, compatible):
    assert extractor([]) == compatible([]) == []
