import numpy as np
import pytest
import torch

from sfbench.encoders import cnn14
from sfbench.encoders.cnn14 import Cnn14, cnn14_network
from sfbench.encoders.extractor import extractors
from sfbench.encoders.spectrum import slaney_bands
from sfbench.errors import ClipError, SfbenchError
from tests.encoders.difference import companions_matter, difference
from tests.encoders.publish import publish
from tests.golden import rule

RATES = (32_000, 16_000)
HIGHEST = {32_000: 14_000.0, 16_000: 8_000.0}


def name(rate):
    return f"panns-cnn14-{rate // 1000}k"


@pytest.fixture(scope="module")
def body():
    """What both checkpoints have in common: all but the front end."""
    shapes = rule.keys(name(32_000))
    own = {key: shape for key, shape in shapes.items() if "extractor" not in key}
    state = rule.state(str(rule.vectors(name(32_000))["salt"]), own, {})
    return {key: torch.from_numpy(value) for key, value in state.items()}


def published(body, rate, highest):
    """The whole layout; the front end's tensors as torchlibrosa makes them."""
    shapes = rule.keys(name(rate))
    n = shapes["spectrogram_extractor.stft.conv_real.weight"][2]
    turns = torch.outer(torch.arange(n // 2 + 1), torch.arange(n)) % n * (2 * torch.pi / n)
    window = torch.hann_window(n, dtype=torch.float64)
    front = {
        "spectrogram_extractor.stft.conv_real.weight": (turns.cos() * window)[:, None].float(),
        "spectrogram_extractor.stft.conv_imag.weight": (-turns.sin() * window)[:, None].float(),
        "logmel_extractor.melW": slaney_bands(rate, n, 64, 50.0, highest),
    }
    state = {key: front[key] if key in front else body[key] for key in shapes}
    assert {key: list(value.shape) for key, value in state.items()} == shapes
    return state


def opened(body, rate, highest=None):
    network = cnn14_network(published(body, rate, highest or HIGHEST[rate]), rate)
    return Cnn14(network, "cpu", "cnn14", "", rate)


@pytest.fixture(scope="module")
def at_16k(body):
    return opened(body, 16_000)


def sounds_of(upstream, rate):
    waves = [rule.wave(1, rate, 10), rule.wave(2, rate, 10) // 3]
    assert rule.checksum(waves[0]) == upstream["wave_0_crc32"]
    return [rule.sound(wave) for wave in waves]


@pytest.mark.parametrize("rate", RATES)
def test_embedding_and_logits_are_those_of_panns(body, rate):
    upstream = rule.vectors(name(rate))
    extractor = opened(body, rate)
    sounds = sounds_of(upstream, rate)
    together = torch.from_numpy(np.stack(sounds))
    log_mel = extractor.network.log_mel(together).numpy()[:, ::25, ::4]
    assert np.abs(log_mel - upstream["log_mel_every_25_4"]).max() < 5e-4  # dB
    answers = extractor(sounds)
    for output, width in extractor.outputs.items():
        mine = np.concatenate([answer[output] for answer in answers])
        assert mine.shape == (2, width)
        assert difference(mine, upstream[output]) < 1e-5
    first = [answer["embedding"] for answer in extractor([sound[: 2 * rate] for sound in sounds])]
    assert difference(np.concatenate(first), upstream["embedding_first_2s"]) < 1e-5


@pytest.mark.parametrize("rate", RATES)
def test_bands_are_those_of_librosa(rate):
    theirs = rule.vectors(name(rate))["mel_matrix_every_8_4"]
    mine = slaney_bands(rate, rate * 32 // 1000, 64, 50.0, HIGHEST[rate]).numpy()
    assert difference(mine[::8, ::4], theirs) < 1e-6


def test_the_bands_are_read_from_the_checkpoint(body):
    upstream = rule.vectors(name(32_000))
    sound = sounds_of(upstream, 32_000)[:1]
    (answer,) = opened(body, 32_000, highest=16_000.0)(sound)
    assert difference(answer["embedding"], upstream["embedding_if_fmax_16000"][:1]) < 1e-5
    assert difference(answer["embedding"], upstream["embedding"][:1]) > 1e-3


def test_companions_do_not_change_an_answer(at_16k):
    sound = rule.sound(rule.wave(5, 16_000, 3))
    lengths = (48_000, 4_960, 16_000, 16_000, 16_000, 4_961, 30_000, 16_000)
    sounds = [sound[-length:] * (0.1 + index) for index, length in enumerate(lengths)]
    assert companions_matter(at_16k, sounds) < 1e-5


def test_silence_has_an_embedding(at_16k):
    (answer,) = at_16k([np.zeros(16_000, np.float32)])
    assert np.isfinite(answer["embedding"]).all()
    assert answer["embedding"].min() == 0 < answer["embedding"].max()


def test_a_sound_that_pooling_would_use_up_is_too_short(at_16k):
    with pytest.raises(ClipError, match="too-short"):
        at_16k([np.zeros(4_959, np.float32)])


def test_no_sounds_give_no_answers(at_16k):
    assert at_16k([]) == []


@pytest.mark.parametrize("rate", RATES)
def test_the_published_layout_opens(body, rate, tmp_path, monkeypatch):
    # The training checkpoint keeps where its sampler stood; at 16 kHz as arrays of numpy.
    sampler = {"indexes_per_class": [np.arange(5)], "queue": [1, 0], "pointers_of_classes": [3]}
    content = {"iteration": 1, "model": published(body, rate, HIGHEST[rate]), "sampler": sampler}
    publish(monkeypatch, tmp_path, cnn14, f"CNN14_{rate // 1000}K", content)
    extractor = extractors[f"cnn14-{rate // 1000}k"]("cpu")
    assert extractor.rate == rate
    assert extractor.signature.startswith(f"cnn14-{rate // 1000}k-mAP0.4")
    own = extractor.network.state_dict()
    assert own["bands"].shape == (rate * 16 // 1000 + 1, 64)
    assert all(torch.equal(own[key], value) for key, value in body.items())


def test_a_checkpoint_without_its_front_end_is_refused(body):
    with pytest.raises(SfbenchError, match=r"Missing key.*window"):
        cnn14_network(body, 16_000)
