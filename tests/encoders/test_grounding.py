import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from sfbench.benchmark_files import benchmark_folder
from sfbench.encoders import checkpoints
from sfbench.encoders.grounding import cnn8rnn as grounding_cnn8rnn
from sfbench.encoders.grounding.cnn8rnn import Cnn8Rnn, open_files
from sfbench.encoders.grounding.grounder import FRAMES_PER_SECOND, grounders
from sfbench.encoders.grounding.network import (
    Geometry,
    GroundingNetwork,
    grounding_network,
    heard,
    new_network,
    published_layout,
)
from sfbench.encoders.grounding.words import Vocabulary, read_vocabulary, vocabulary_of
from sfbench.encoders.spectrum import slaney_bands
from sfbench.errors import ClipError, SfbenchError
from sfbench.weights.locate import weights_folder
from tests.encoders.difference import difference
from tests.golden import rule

UPSTREAM = rule.vectors("grounding")
PROMPTS = [str(prompt) for prompt in UPSTREAM["prompts"]]
WORDS = Vocabulary({str(word): row for row, word in enumerate(UPSTREAM["words"])})
FRONT = {
    "model.audio_encoder.melspec_extractor.spectrogram.window": torch.hann_window(1024).numpy(),
    "model.audio_encoder.melspec_extractor.mel_scale.fb": slaney_bands(
        32_000, 1024, 64, 50.0, 14_000.0
    ).numpy(),
}


@pytest.fixture(scope="module")
def published():
    values = rule.state(str(UPSTREAM["salt"]), rule.keys("grounding"), FRONT)
    return {key: torch.from_numpy(np.array(value)) for key, value in values.items()}


@pytest.fixture(scope="module")
def network(published):
    return grounding_network(published)


@pytest.fixture(scope="module")
def small():
    torch.manual_seed(0)
    network = new_network(Geometry(len(WORDS), 16_000, (4, 4, 8, 8), 8))
    return Cnn8Rnn(network.eval(), WORDS, "cpu", "small", "")


@pytest.fixture(scope="module")
def sound():
    return rule.sound(UPSTREAM["wave1"])


def test_bands_are_those_of_torchaudio():
    mine = FRONT["model.audio_encoder.melspec_extractor.mel_scale.fb"]
    assert difference(mine[::8, ::4], UPSTREAM["mel_fb"]) < 1e-5


def test_a_sound_is_heard_as_upstream_hears_it(network, sound):
    grounder = Cnn8Rnn(network, WORDS, "cpu", "grounding", "")
    (answer,) = grounder([sound], PROMPTS)
    assert answer.scores.shape == (3, 50) == (3, network.geometry.frames(len(sound)))
    assert np.abs(answer.scores - UPSTREAM["frame_scores_solo"]).max() < 1e-5
    assert answer.unknown == ((), (), ("(siren)",))
    assert not grounder.unknown_words("a dog barking")
    own = network.geometry
    assert (own.words, own.rate, own.hidden) == (41, 32_000, 256)
    assert own.widths == (64, 128, 256, 512)


def test_padding_as_upstream_pads_gives_upstreams_other_answer(network, sound):
    padded = np.zeros((1, int(UPSTREAM["padded_to"])), np.float32)
    padded[0, : len(sound)] = sound
    with torch.inference_mode():
        power = network.power(torch.from_numpy(padded))
        frames = network.listen(power)
        words = network.read([WORDS.encode(prompt) for prompt in PROMPTS])
        scores = heard(frames, words)[0].numpy()
    decibels = 10 * torch.log10(power.clamp(min=1e-10))[0].T.numpy()
    assert np.abs(decibels[::8, ::16] - UPSTREAM["logmel"]).max() < 1e-3
    assert difference(words.numpy(), UPSTREAM["text_emb"]) < 1e-6
    assert difference(frames[0, ::12, ::32].numpy(), UPSTREAM["audio_emb"]) < 1e-4
    assert np.abs(scores - UPSTREAM["frame_scores"][1]).max() < 1e-5
    alone = UPSTREAM["frame_scores_solo"]
    assert np.abs(scores[:, : alone.shape[1]] - alone).max() > 0.05


def test_rows_of_words_are_upstreams():
    for prompt, rows in zip(PROMPTS, UPSTREAM["token_ids"], strict=True):
        assert WORDS.encode(prompt) == [row for row in rows if row]


def test_companions_and_other_prompts_do_not_change_an_answer(small):
    rng = np.random.default_rng(0)
    lengths = (16_000, 9_000, 16_000, 480, 16_000)
    sounds = [rng.normal(0, 0.1, length).astype(np.float32) for length in lengths]
    together = small(sounds, PROMPTS)
    for sound, answer in zip(sounds, together, strict=True):
        assert answer.scores.shape == (3, (len(sound) // 160 + 1) // 4)
        for place, prompt in enumerate(PROMPTS):
            (alone,) = small([sound], [prompt])
            assert np.abs(alone.scores[0] - answer.scores[place]).max() < 1e-5


def test_many_prompts_cost_one_encoding_of_a_sound(small, monkeypatch):
    calls = []
    listen = GroundingNetwork.listen
    monkeypatch.setattr(
        GroundingNetwork, "listen", lambda self, x: calls.append(len(x)) or listen(self, x)
    )
    small([np.zeros(1_600, np.float32)] * 3, PROMPTS * 20)
    assert calls == [3]


def test_ten_seconds_have_250_frames(small):
    (answer,) = small([np.zeros(160_000, np.float32)], ["a dog barking"])
    assert answer.scores.shape == (1, 10 * FRAMES_PER_SECOND)
    assert np.isfinite(answer.scores).all()


def test_a_sound_without_a_whole_frame_is_too_short(small):
    with pytest.raises(ClipError, match="too-short"):
        small([np.zeros(479, np.float32)], ["a dog barking"])


def test_unknown_words_are_told_and_logged(small, caplog):
    (answer,) = small([np.zeros(1_600, np.float32)], ["a Dog barking", "a dog barking"])
    assert answer.unknown == (("Dog",), ())
    assert "does not know Dog of 'a Dog barking'" in caplog.text
    with pytest.raises(ValueError, match="at least one word"):
        small.vocabulary.encode("  ")


def test_a_vocabulary_survives_its_file(tmp_path):
    words = vocabulary_of(["a dog barking", "a cat"])
    assert words.rows == {"<pad>": 0, "<unk>": 1, "a": 2, "barking": 3, "cat": 4, "dog": 5}
    (tmp_path / "v.json").write_text(json.dumps(words.rows))
    assert read_vocabulary(tmp_path / "v.json") == words
    for bad in ("{}", "[]", '{"a": "b"}', "{"):
        (tmp_path / "v.json").write_text(bad)
        with pytest.raises(SfbenchError, match="no vocabulary"):
            read_vocabulary(tmp_path / "v.json")


def test_a_layout_is_written_as_it_is_read(published, network):
    written = published_layout(network.state_dict())
    assert {key: list(value.shape) for key, value in written.items()} == {
        key: list(value.shape) for key, value in published.items()
    }
    assert all(torch.equal(value, published[key]) for key, value in written.items())


def test_another_layout_is_refused(published):
    fewer = {key: value for key, value in published.items() if "fc1" not in key}
    with pytest.raises(SfbenchError, match=r"Missing key.*fc1"):
        grounding_network(fewer)


def test_a_bound_leaves_room_for_the_published_words():
    shapes = rule.keys("grounding") | {"model.text_encoder.embedding.core.weight": [5221, 512]}
    tensors = 4 * sum(math.prod(shape) for shape in shapes.values())
    assert round(tensors / 1e6, 1) == 35.4  # as the hub says
    assert tensors < checkpoints.GROUNDING.at_most < 1.1 * tensors


def test_the_published_files_open(published, tmp_path, monkeypatch):
    from safetensors.torch import save_file

    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    weights_folder().mkdir(parents=True)
    with pytest.raises(SfbenchError, match="sfbench weights fetch grounding"):
        grounders["grounding"]("cpu")
    save_file(published, weights_folder() / checkpoints.GROUNDING.file)
    with pytest.raises(SfbenchError, match="grounding-vocabulary: at most"):
        grounders["grounding"]("cpu")
    vocabulary = weights_folder() / checkpoints.GROUNDING_VOCABULARY.file
    vocabulary.write_text(json.dumps(WORDS.rows))
    grounder = grounders["grounding"]("cpu")
    assert (grounder.name, grounder.rate) == ("grounding", 32_000)
    assert grounder.signature.startswith("cnn8rnn-w2vmean|")
    vocabulary.write_text(json.dumps(WORDS.rows | {"more": 41}))
    with pytest.raises(SfbenchError, match="not of one network"):
        grounders["grounding"]("cpu")


def test_the_mini_grounder_is_small_and_knows_the_words_it_was_taught():
    grounder = grounders["grounding-mini"]("cpu")
    assert sum(value.numel() for value in grounder.network.parameters()) < 1_000_000
    weights = benchmark_folder("model") / "mini" / "grounding.safetensors"
    assert weights.stat().st_size < 4_000_000
    assert grounder.unknown_words("a helicopter flying over Paris") == ("Paris",)


def test_missing_mini_weights_say_how_to_make_them(tmp_path, monkeypatch):
    with pytest.raises(SfbenchError, match=r"sfbench train .*grounding-mini.toml"):
        open_files("mine", tmp_path / "none.safetensors", "cpu")
    moved = replace(checkpoints.GROUNDING, file="elsewhere.safetensors")
    monkeypatch.setattr(grounding_cnn8rnn, "GROUNDING", moved)
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    with pytest.raises(SfbenchError, match="type: sfbench weights fetch grounding"):
        grounders["grounding"]("cpu")
