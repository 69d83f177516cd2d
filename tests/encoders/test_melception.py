import zlib

import numpy as np
import pytest
import torch

from sfbench.encoders import melception
from sfbench.encoders.checkpoints import MELCEPTION, MELCEPTION_STATISTICS
from sfbench.encoders.extractor import extractors
from sfbench.encoders.melception import Melception, mel_pictures, melception_network
from sfbench.errors import ClipError, SfbenchError
from sfbench.weights.locate import weights_folder
from tests.encoders.difference import companions_matter, difference
from tests.encoders.publish import publish
from tests.golden import rule

UPSTREAM = rule.vectors("melception")
SALT = str(UPSTREAM["salt"])
SOUND = rule.sound(UPSTREAM["wave"])
STATISTICS = UPSTREAM["means_stds"].astype(np.float32)
AMPLIFICATION = float(UPSTREAM["amplification"])


@pytest.fixture(scope="module")
def state():
    filled = rule.state(SALT, rule.keys("melception"), {})
    return {key: torch.from_numpy(value) for key, value in filled.items()}


@pytest.fixture(scope="module")
def network(state):
    return melception_network(state)


def pictures_of_upstream():
    """The picture of the sound, and one of random numbers."""
    seed = zlib.crc32(f"{SALT}/input/melception/random".encode())
    noise = np.random.Generator(np.random.PCG64(seed)).random((80, 848)).astype(np.float32)
    return torch.cat([mel_pictures(torch.from_numpy(SOUND)[None]), torch.from_numpy(noise)[None]])


def level(pictures):
    """Stand for a network: the level of a picture."""
    level = pictures.mean((1, 2))[:, None]
    return level, level


def test_the_picture_is_specvqgans():
    picture = mel_pictures(torch.from_numpy(SOUND)[None])[0].numpy()
    assert picture.shape == (80, 848)
    assert UPSTREAM["crop_start"] == 6  # frame 8 of upstream's, kept every 8, is our frame 2
    assert np.abs(picture[:, 2::8] - UPSTREAM["spec"][:, 1:107]).max() < 2e-6


def test_normalised_pictures_are_specvqgans(network):
    normalised = Melception(network, STATISTICS).normalised(pictures_of_upstream())
    assert difference(normalised[:, ::4, ::16].numpy(), UPSTREAM["input_normalised"]) < 2e-6


def test_features_and_logits_are_those_of_specvqgan_on_amplified_pictures(network):
    middle = []
    hook = network.Mixed_6e.register_forward_hook(
        lambda module, inputs, output: middle.append(output.mean((2, 3)).numpy())
    )
    pictures = Melception(network, STATISTICS).normalised(pictures_of_upstream())
    with torch.inference_mode():
        embedding, logits = network(pictures * AMPLIFICATION)
    hook.remove()
    assert difference(middle[0], UPSTREAM["f768_amplified"]) < 5e-6
    assert difference(embedding.numpy(), UPSTREAM["f2048_amplified"]) < 5e-6
    assert difference(logits.numpy(), UPSTREAM["logits_amplified"]) < 5e-6


def test_a_sound_has_specvqgans_features_and_logits(network):
    means, deviations = STATISTICS.T
    (plain,) = Melception(network, STATISTICS)([SOUND])
    assert difference(plain["embedding"], UPSTREAM["f2048"][:1]) < 2e-6
    assert difference(plain["logits"], UPSTREAM["logits"][:1]) < 2e-6
    amplified = np.stack([means, deviations / np.float32(AMPLIFICATION)], 1)
    (loud,) = Melception(network, amplified)([SOUND])
    assert difference(loud["logits"], UPSTREAM["logits_amplified"][:1]) < 5e-6


def test_companions_do_not_change_what_the_network_says(network):
    def listen(pictures):
        with torch.inference_mode():
            embedding, logits = network(torch.from_numpy(np.stack(pictures)))
        rows = zip(embedding.split(1), logits.split(1), strict=True)
        return [{"embedding": own.numpy(), "logits": scores.numpy()} for own, scores in rows]

    random = np.random.default_rng(0)
    pictures = [random.normal(scale=10.0**i, size=(80, 100)).astype(np.float32) for i in range(8)]
    assert companions_matter(listen, pictures) < 1e-5


def test_companions_do_not_change_pictures_and_answers_keep_their_order():
    lengths = (220_500, 1, 50_000, 220_500, 300_000, 110_250, 110_250, 7)
    longer = np.tile(SOUND, 2)
    sounds = [longer[:length] * 2.0**-index for index, length in enumerate(lengths)]
    assert companions_matter(Melception(level, STATISTICS), sounds) < 1e-5


def test_silence_follows_a_short_sound_and_ten_seconds_are_heard():
    extractor = Melception(level, STATISTICS)
    short, longer = SOUND[:100_000], np.tile(SOUND, 2)
    filled = np.concatenate([short, np.zeros(120_500, np.float32)])
    answers = [answer["embedding"] for answer in extractor([short, filled, longer, SOUND])]
    assert answers[0] == answers[1] != answers[2]
    assert answers[2] == answers[3]


def test_a_sound_without_samples_is_too_short():
    with pytest.raises(ClipError, match="too-short"):
        Melception(level, STATISTICS)([SOUND, SOUND[:0]])


@pytest.fixture
def published(state, tmp_path, monkeypatch):
    """A training checkpoint, with the numbers of numpy that metrics leave in it."""
    content = {
        "loss": 2.5,
        "metrics": {"accuracy_1": 0.5, "mAP": np.float64(0.5), "mROCAUC": np.float64(0.9)},
        "epoch": 3,
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 3e-4}]},
        "model": state,
    }
    publish(monkeypatch, tmp_path, melception, "MELCEPTION", content)
    return weights_folder() / melception.MELCEPTION.file


def test_the_published_layout_opens(published, state, monkeypatch):
    statistics = weights_folder() / MELCEPTION_STATISTICS.file
    np.savetxt(statistics, UPSTREAM["means_stds"], fmt="%0.8f")
    with pytest.raises(SfbenchError, match="weights fetch melception-statistics"):
        extractors["melception"]("cpu")  # right length, other bytes
    monkeypatch.setattr(melception, "here", lambda declared: statistics)
    opened = extractors["melception"]("cpu")
    assert np.abs(opened.statistics - STATISTICS).max() < 1e-7
    own = opened.network.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in own.items())
    assert {key for key in state if key not in own} == {
        key for key in state if key.startswith("AuxLogits.")
    }


def test_weights_that_are_not_here_are_named_and_not_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    with pytest.raises(SfbenchError, match="type: sfbench weights fetch melception"):
        extractors["melception"]("cpu")


def test_another_file_of_that_name_is_refused(published, monkeypatch):
    monkeypatch.setattr(melception, "MELCEPTION", MELCEPTION)
    with pytest.raises(SfbenchError, match=r"not the melception that was declared \(wrong-hash\)"):
        extractors["melception"]("cpu")
