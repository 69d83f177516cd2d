"""PaSST against the upstream package, with weights made by rule."""

import numpy as np
import pytest
import torch

from sfbench.encoders import passt
from sfbench.encoders.extractor import extractors
from sfbench.encoders.passt import LENGTH, Passt, log_mel, passt_network
from sfbench.encoders.passt_network import PasstNetwork
from sfbench.encoders.spectrum import htk_bands
from sfbench.errors import ClipError, SfbenchError
from tests.encoders.difference import companions_matter, difference
from tests.encoders.publish import publish
from tests.golden import rule

GOLDEN = rule.vectors("passt")
SEED = int(GOLDEN["seed"])
SHAPES = rule.keys("passt")
RATE = 32_000
WAVES = [rule.wave(SEED, RATE, 10), rule.wave(SEED + 1, RATE, 3.3) // 3]
SOUNDS = [rule.sound(wave) for wave in WAVES]


def made_by_rule(blocks):
    own = {k: v for k, v in SHAPES.items() if not k.startswith("blocks.") or block_of(k) < blocks}
    state = rule.state(str(GOLDEN["salt"]), own, {})
    return {key: torch.from_numpy(value) for key, value in state.items()}


def block_of(key):
    return int(key.split(".")[1])


@pytest.fixture(scope="module")
def two_blocks():
    return Passt(passt_network(made_by_rule(2), depth=2))


@pytest.fixture(scope="module")
def no_blocks():
    return Passt(passt_network(made_by_rule(0), depth=0))


def outputs(extractor, sounds):
    answers = extractor(sounds)
    return {name: np.concatenate([one[name] for one in answers]) for name in extractor.outputs}


def test_the_inputs_are_those_of_upstream():
    for index, wave in enumerate(WAVES):
        assert rule.checksum(wave) == GOLDEN[f"wave_{index}_crc32"]


def test_the_front_end_is_that_of_upstream():
    whole = np.stack([np.pad(sound, (0, LENGTH - len(sound))) for sound in SOUNDS])
    spectra = log_mel(torch.from_numpy(whole))
    assert list(spectra.shape) == GOLDEN["log_mel_shape"].tolist()
    np.testing.assert_allclose(spectra[:, ::8, ::40], GOLDEN["log_mel_every_8_40"], atol=2e-5)


def test_bands_are_those_of_kaldi():
    bands = htk_bands(RATE, 1024, 128, 0.0, 15_000.0).T
    # Kaldi's own are computed in single precision.
    assert np.abs(bands[::8, :512:16].numpy() - GOLDEN["mel_matrix_every_8_16"]).max() < 2e-4
    assert bands[:, 512].max() == 0


def test_two_blocks_answer_as_upstream_does(two_blocks):
    mine = outputs(two_blocks, SOUNDS)
    for name, width in two_blocks.outputs.items():
        assert mine[name].shape == (2, width)
        assert mine[name].dtype == np.float32
        assert difference(mine[name], GOLDEN[f"two_blocks_{name}"]) < 1e-5


@pytest.mark.slow
def test_the_whole_network_answers_as_upstream_does():
    mine = outputs(Passt(passt_network(made_by_rule(12))), SOUNDS)
    assert difference(mine["embedding"], GOLDEN["embedding"]) < 1e-5
    assert difference(mine["logits"], GOLDEN["logits"]) < 1e-5


def test_companions_do_not_change_an_answer(two_blocks):
    lengths = (320_000, 1, 400_000)
    sound = np.tile(np.concatenate(SOUNDS), 2)
    sounds = [sound[-length:] * (0.1 + index) for index, length in enumerate(lengths)]
    assert companions_matter(two_blocks, sounds) < 1e-5


def test_silence_follows_a_short_sound_and_ten_seconds_are_heard(no_blocks):
    short = SOUNDS[1]
    filled = np.pad(short, (0, LENGTH - len(short)))
    longer = np.concatenate([SOUNDS[0], short])
    rows = outputs(no_blocks, [short, filled, longer, SOUNDS[0]])["logits"]
    assert np.array_equal(rows[0], rows[1])
    assert np.array_equal(rows[2], rows[3])


def test_where_a_patch_lies_in_time_and_pitch_matters():
    # Equal patches leave as tokens that differ by the sum of two positions.
    network = passt_network(made_by_rule(0), depth=0)
    tokens = network.tokens(torch.zeros(1, 128, 1000))[0, 2:].view(12, 99, 768)
    time, pitch = network.time_new_pos_embed[0, :, 0], network.freq_new_pos_embed[0, :, :, 0]
    moved = tokens[3, 7] - tokens[0, 0]
    expected = time[:, 7] - time[:, 0] + pitch[:, 3] - pitch[:, 0]
    torch.testing.assert_close(moved, expected, atol=1e-5, rtol=1e-5)


def test_silence_has_an_answer(no_blocks):
    (answer,) = no_blocks([np.zeros(RATE, np.float32)])
    assert all(np.isfinite(rows).all() for rows in answer.values())


def test_the_network_has_the_published_keys_and_shapes():
    with torch.device("meta"):
        own = {key: list(value.shape) for key, value in PasstNetwork().state_dict().items()}
    assert own == {k: v for k, v in SHAPES.items() if not k.startswith("head_dist.")}


def test_the_published_layout_opens(tmp_path, monkeypatch):
    state = made_by_rule(1)
    block = {key: value for key, value in state.items() if key.startswith("blocks.0.")}
    for number in range(1, 12):  # the same tensors again: they are stored once
        state |= {key.replace("s.0.", f"s.{number}.", 1): value for key, value in block.items()}
    publish(monkeypatch, tmp_path, passt, "PASST", state)
    opened = extractors["passt"]("cpu")
    own = opened.network.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in own.items())
    assert set(state) - set(own) == {"head_dist.weight", "head_dist.bias"}
    assert opened.name == "passt"
    assert opened.signature == "passt-s-swa-p16-ap476-32k|first-10s|768d|527-logits"


def test_weights_that_are_not_here_are_named_and_not_fetched():
    with pytest.raises(SfbenchError, match="type: sfbench weights fetch passt"):
        extractors["passt"]("cpu")


def test_another_networks_weights_are_refused():
    state = {key: value for key, value in made_by_rule(0).items() if key != "dist_token"}
    with pytest.raises(SfbenchError, match=r"do not fit PasstNetwork.*dist_token"):
        passt_network(state, depth=0)


def test_a_sound_without_samples_is_refused(no_blocks):
    with pytest.raises(ClipError, match="too-short"):
        no_blocks([SOUNDS[1], SOUNDS[1][:0]])
    assert no_blocks([]) == []
