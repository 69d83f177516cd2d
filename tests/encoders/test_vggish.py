import numpy as np
import pytest
import torch

from sfbench.encoders import vggish
from sfbench.encoders.extractor import extractors
from sfbench.encoders.vggish import Vggish, log_mel, vggish_network
from sfbench.errors import ClipError, SfbenchError
from sfbench.weights.state import load_state
from tests.encoders.difference import companions_matter, difference
from tests.encoders.publish import publish
from tests.golden import rule

RATE = 16_000


@pytest.fixture(scope="module")
def upstream():
    return rule.vectors("vggish")


@pytest.fixture(scope="module")
def state(upstream):
    filled = rule.state(str(upstream["salt"]), rule.keys("vggish"), {})
    return {key: torch.from_numpy(value) for key, value in filled.items()}


@pytest.fixture(scope="module")
def extractor(state):
    return Vggish(vggish_network(state))


@pytest.fixture(scope="module")
def sound(upstream):
    samples = rule.wave(1, RATE, 10)
    assert rule.checksum(samples) == upstream["wave_crc32"]
    return rule.sound(samples)


def test_the_front_end_says_what_torchvggish_says(upstream, sound):
    examples = log_mel(torch.from_numpy(sound).unfold(0, 15_600, 15_360)).numpy()
    assert examples.shape == (10, 96, 64)
    assert difference(examples[0], upstream["log_mel_example_0"]) < 1e-5
    assert difference(examples[:, ::8, ::4], upstream["log_mel_every_8_4"]) < 1e-5


def test_the_embedding_is_torchvggishs_before_its_last_relu(upstream, sound, extractor):
    embedding = extractor([sound])[0]["embedding"]
    assert embedding.dtype == np.float32
    assert embedding.min() < 0
    assert difference(embedding, upstream["embedding"]) < 1e-5
    assert difference(np.maximum(embedding, 0), upstream["embedding_relu"]) < 1e-5


def test_a_sound_gives_as_many_rows_as_upstream_counts(upstream, sound, extractor):
    for count, rows in zip(upstream["edge_samples"], upstream["edge_examples"], strict=True):
        if rows:
            (outputs,) = extractor([sound[:count]])
            assert outputs["embedding"].shape == (rows, extractor.outputs["embedding"])


def test_a_sound_below_one_example_is_too_short(sound, extractor):
    with pytest.raises(ClipError, match=r"0\.975 s") as raised:
        extractor([sound, sound[:15_599]])
    assert (raised.value.reason.step, raised.value.reason.code) == ("extract", "too-short")


def test_companions_do_not_change_an_answer(sound, extractor):
    lengths = (160_000, 15_600, 31_000, 48_000, 48_000, 15_600, 20_000, 62_000)
    sounds = [sound[-length:] * (0.1 + index) for index, length in enumerate(lengths)]
    assert companions_matter(extractor, sounds) < 1e-5


def test_no_sounds_give_no_answers(extractor):
    assert extractor([]) == []


def test_the_published_layout_opens(state, tmp_path, monkeypatch):
    publish(monkeypatch, tmp_path, vggish, "VGGISH", state, old=True)
    own = extractors["vggish"]("cpu").network.state_dict()
    assert all(torch.equal(own[key], value) for key, value in state.items())


def test_weights_that_are_not_here_are_named_and_not_fetched():
    with pytest.raises(SfbenchError, match="type: sfbench weights fetch vggish"):
        extractors["vggish"]("cpu")


def test_another_networks_weights_are_refused(state, tmp_path):
    torch.save({key: state[key] for key in list(state)[:-1]}, tmp_path / "less.pt")
    with pytest.raises(SfbenchError, match="do not fit VggishNetwork"):
        vggish_network(load_state(tmp_path / "less.pt"))
