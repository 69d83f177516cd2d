"""LAION-CLAP's audio tower against the upstream package, with weights made by rule."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from sfbench.encoders.clap import sound as clap
from sfbench.encoders.clap.htsat import square
from sfbench.encoders.clap.sound import LENGTH, Clap, clap_network, int16, ten_seconds
from sfbench.encoders.extractor import extractors
from sfbench.encoders.spectrum import slaney_bands
from sfbench.errors import ClipError, SfbenchError
from tests.encoders.difference import companions_matter, difference
from tests.encoders.swin import attention_mask, relative_position_index
from tests.golden import rule

GOLDEN = rule.vectors("laion-clap")
SEED = int(GOLDEN["seed"])
RATE = 48_000
WAVES = [rule.wave(SEED + index, RATE, seconds) for index, seconds in enumerate((10, 7, 3.3))]
SOUNDS = [rule.sound(wave) for wave in WAVES]


def front_end():
    """The Fourier kernels and the mel bands, as upstream stores them beside the weights."""
    turns = torch.outer(torch.arange(513), torch.arange(1024)).double() * (2 * torch.pi / 1024)
    window = torch.hann_window(1024, dtype=torch.float64)
    stft = "audio_branch.spectrogram_extractor.stft.conv_"
    return {
        f"{stft}real.weight": (turns.cos() * window)[:, None].float().numpy(),
        f"{stft}imag.weight": (-turns.sin() * window)[:, None].float().numpy(),
        "audio_branch.logmel_extractor.melW": slaney_bands(RATE, 1024, 64, 50, 14_000).numpy(),
    }


@pytest.fixture(scope="module")
def published():
    shapes = rule.keys("laion-clap")
    kept = front_end()
    for key, shape in shapes.items():
        if key.endswith("relative_position_index"):
            kept[key] = relative_position_index()
        if key.endswith("attn_mask"):
            kept[key] = attention_mask(shape[0])
    state = rule.state(str(GOLDEN["salt"]), shapes, kept)
    assert all(list(state[key].shape) == shape for key, shape in shapes.items())
    return {key: torch.from_numpy(value) for key, value in state.items()}


@pytest.fixture(scope="module")
def network(published):
    return clap_network(published)


@pytest.fixture(scope="module")
def extractor(network):
    return Clap(network)


@pytest.fixture(scope="module")
def rounding(network):
    return Clap(network, int16=True)


def embeddings(extractor, sounds):
    return np.concatenate([outputs["embedding"] for outputs in extractor(sounds)])


def test_the_inputs_are_those_of_upstream():
    for index, wave in enumerate(WAVES):
        assert rule.checksum(wave) == GOLDEN[f"wave_{index}_crc32"]


def test_the_front_end_is_that_of_upstream(network):
    sounds = torch.from_numpy(np.stack([ten_seconds(sound) for sound in SOUNDS]))
    log_mel = network.audio_branch.log_mel(sounds)
    assert [3, 1, *log_mel.shape[1:]] == GOLDEN["log_mel_shape"].tolist()
    np.testing.assert_allclose(log_mel[:, ::80, ::8], GOLDEN["log_mel_every_80_8"], atol=2e-3)
    bands = network.audio_branch.bands[::16, ::8].numpy()
    assert difference(bands, GOLDEN["mel_matrix_every_16_8"]) < 1e-6


def test_a_sound_embeds_as_upstream_embeds_tensors(extractor):
    rows = embeddings(extractor, SOUNDS)
    assert rows.dtype == np.float32
    assert np.abs(rows - GOLDEN["embedding_tensor"]).max() < 5e-7
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_the_rounding_variant_embeds_as_upstream_embeds_arrays(rounding, extractor):
    rows = embeddings(rounding, SOUNDS)
    assert np.abs(rows - GOLDEN["embedding_int16"]).max() < 5e-7
    # The two differ by 4e-6 only; each must be nearer to its own.
    assert np.abs(rows - GOLDEN["embedding_tensor"]).max() > 2e-6
    assert extractor.signature == "clap-630k-audioset-best-48k|float|first-10s-repeat-pad|512d"
    assert rounding.signature == "clap-630k-audioset-best-48k|int16|first-10s-repeat-pad|512d"


def test_each_half_of_the_network_is_that_of_upstream(network):
    sounds = torch.from_numpy(np.stack([ten_seconds(sound) for sound in SOUNDS]))
    with torch.inference_mode():
        branch = network.audio_branch(sounds)
        projected = network.audio_projection(branch)
    assert difference(branch.numpy(), GOLDEN["audio_branch_embedding"]) < 1e-5
    assert difference(projected.numpy(), GOLDEN["projection_unnormalised"]) < 1e-5


def test_samples_are_cut_to_16_bits_as_upstream_does():
    assert np.array_equal(int16(SOUNDS[0])[::997], GOLDEN["int16_round_trip_every_997"])
    cut = int16(np.array([2.0, -2.0, 0.99999, -0.00002, 0.0], np.float32))
    assert cut.tolist() == pytest.approx([1, -1, 32766 / 32767, 0, 0])


def test_a_short_sound_is_repeated_whole_and_then_silent():
    lengths = [np.flatnonzero(ten_seconds(np.ones_like(sound))).size for sound in SOUNDS]
    assert lengths == GOLDEN["repeatpad_lengths"].tolist()
    two = np.array([1, 2], np.float32)
    assert ten_seconds(two)[:5].tolist() == [1, 2, 1, 2, 1]
    assert len(ten_seconds(two)) == len(ten_seconds(np.ones(LENGTH + 1, np.float32))) == LENGTH


def test_of_a_long_sound_the_first_ten_seconds_are_heard(extractor):
    long = np.concatenate([SOUNDS[0], SOUNDS[1]])
    assert np.array_equal(embeddings(extractor, [long]), embeddings(extractor, SOUNDS[:1]))


def test_companions_do_not_change_an_answer(extractor):
    lengths = (480_000, 1, 48_000, 900, 500_000, 100_000, 240_001, 48_000)
    sound = np.concatenate(SOUNDS)
    sounds = [sound[-length:] * (0.1 + index) for index, length in enumerate(lengths)]
    assert companions_matter(extractor, sounds) < 1e-5


def test_time_is_folded_into_four_rows_with_low_bands_above():
    spectrum = torch.arange(64)[:, None] * 10_000 + torch.arange(1024)
    folded = square(spectrum[None].float())[0, 0]
    assert folded.shape == (256, 256)
    assert folded[0, 0] == 0
    assert folded[1, 3] == 10_003
    assert folded[64, 0] == 256
    assert folded[255, 255] == 63 * 10_000 + 1023


def test_the_published_layout_opens(published, extractor, tmp_path, monkeypatch):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    path = tmp_path / "weights" / clap.CLAP_630K.file
    path.parent.mkdir()
    state = published | {"text_branch.pooler.dense.bias": torch.zeros(768)}
    checkpoint = {
        "epoch": 1,
        "name": "2023",
        "state_dict": {f"module.{key}": value for key, value in state.items()},
        "optimizer": {
            "param_groups": [{"lr": np.float64(1e-4)}]
        },  # numpy's, as the schedule made it
    }
    torch.save(checkpoint, path)
    declared = replace(clap.CLAP_630K, size=path.stat().st_size, sha256=None)
    monkeypatch.setattr(clap, "CLAP_630K", declared)
    opened = extractors["clap"]("cpu")
    assert np.array_equal(embeddings(opened, SOUNDS[:1]), embeddings(extractor, SOUNDS[:1]))
    assert (opened.name, extractors["clap-int16"]("cpu").name) == ("clap", "clap-int16")


def test_weights_that_are_not_here_are_named_and_not_fetched():
    with pytest.raises(SfbenchError, match="type: sfbench weights fetch clap-630k-audioset-best"):
        extractors["clap"]("cpu")


def test_another_networks_weights_are_refused(published):
    with pytest.raises(SfbenchError, match="are they CLAP's"):
        clap_network({"features.0.weight": torch.zeros(1)})
    state = {k: v for k, v in published.items() if k != "audio_projection.2.bias"}
    with pytest.raises(SfbenchError, match=r"do not fit ClapNetwork.*audio_projection\.2\.bias"):
        clap_network(state)


def test_a_sound_without_samples_is_refused(extractor):
    with pytest.raises(ClipError, match="too-short"):
        extractor([SOUNDS[0], SOUNDS[0][:0]])
    assert extractor([]) == []
