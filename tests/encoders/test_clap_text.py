"""CLAP's text tower, small and of random weights; tests/reference has the package's beside it."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from transformers import RobertaConfig, RobertaModel

from sfbench.encoders.checkpoints import ROBERTA_MERGES, ROBERTA_VOCABULARY
from sfbench.encoders.clap import likeness as clap_likeness
from sfbench.encoders.clap.likeness import ClapLikeness
from sfbench.encoders.clap.text import ClapText, ClapTextNetwork, clap_text_network
from sfbench.encoders.clap.tokens import clap_tokenizer
from sfbench.encoders.likeness import likenesses
from sfbench.errors import SfbenchError
from tests.encoders.difference import difference
from tests.encoders.roberta import full, small, write

IDS, MERGES = small()
CONFIG = RobertaConfig(
    vocab_size=len(IDS),
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=80,
    type_vocab_size=1,
    layer_norm_eps=1e-5,
    pad_token_id=1,
)
TEXTS = ["abc ab", "a z", "", "x " * 100, "abc abc"]


def layer(place, width, inner):
    """Return name and shape of all that one layer holds."""
    name, square = f"text_branch.encoder.layer.{place}", ([width, width], [width])
    parts = {f"attention.self.{part}": square for part in ("query", "key", "value")}
    parts |= {
        "attention.output.dense": square,
        "attention.output.LayerNorm": ([width], [width]),
        "intermediate.dense": ([inner, width], [inner]),
        "output.dense": ([width, inner], [width]),
        "output.LayerNorm": ([width], [width]),
    }
    return {f"{name}.{part}": shapes for part, shapes in parts.items()}


def layout(words, positions, width, layers, inner):
    """Return name and shape of all tensors of the published text tower."""
    embeddings = "text_branch.embeddings"
    tables = {"word": words, "position": positions, "token_type": 1}
    paired = {f"{embeddings}.LayerNorm": ([width], [width])}
    for place in range(layers):
        paired |= layer(place, width, inner)
    paired["text_branch.pooler.dense"] = ([width, width], [width])
    paired["text_projection.0"] = ([512, width], [512])
    paired["text_projection.2"] = ([512, 512], [512])
    both = {
        f"{name}.{kind}": shape
        for name, shapes in paired.items()
        for kind, shape in zip(("weight", "bias"), shapes, strict=True)
    }
    return both | {f"{embeddings}.{k}_embeddings.weight": [n, width] for k, n in tables.items()}


@pytest.fixture(scope="module")
def published():
    """A checkpoint in the published layout: both towers, and what stands beside them."""
    shapes = layout(len(IDS), 80, 16, 2, 32)
    chance = torch.Generator().manual_seed(0)
    text = {k: torch.randn(shape, generator=chance) / 2 for k, shape in shapes.items()}
    text |= {k: 1 + value for k, value in text.items() if k.endswith("LayerNorm.weight")}
    beside = {
        "text_branch.embeddings.position_ids": torch.arange(80)[None],
        "text_transform.sequential.0.weight": torch.zeros(512, 512),
        "logit_scale_a": torch.zeros(()),
    }
    return {f"module.{key}": value for key, value in (text | beside).items()}


@pytest.fixture(scope="module")
def text(published):
    return ClapText(clap_text_network(published, CONFIG), clap_tokenizer(IDS, MERGES))


def test_a_text_embeds_as_by_hand_from_the_pooled_state_of_its_unpadded_ids(text, published):
    branch = RobertaModel(CONFIG).eval()
    name = "module.text_branch."
    own = {k.removeprefix(name): v for k, v in published.items() if k.startswith(name)}
    del own["embeddings.position_ids"]
    branch.load_state_dict(own)
    (row,) = text(["abc ab"])
    ids = torch.tensor([[0, IDS["abc"], IDS["Ġab"], 2]])
    with torch.inference_mode():
        pooled = branch(input_ids=ids).pooler_output
    first, second = (f"module.text_projection.{place}" for place in (0, 2))
    hidden = (pooled @ published[f"{first}.weight"].T + published[f"{first}.bias"]).clamp(min=0)
    projected = hidden @ published[f"{second}.weight"].T + published[f"{second}.bias"]
    by_hand = (projected / projected.norm()).numpy()[0]
    assert difference(row, by_hand) < 1e-5


def test_rows_are_of_unit_length_and_of_their_texts(text):
    rows = text(TEXTS)
    assert rows.shape == (5, 512) and rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert all(difference(other, rows[0]) > 1e-3 for other in rows[1:])
    assert text([]).shape == (0, 512)
    assert text.signature == "clap-630k-audioset-best|roberta-base|text-77|512d"


def test_companions_do_not_change_an_answer(text):
    together = text(TEXTS[::-1])[::-1]
    alone = np.concatenate([text([one]) for one in TEXTS])
    assert difference(together, alone) < 1e-5


def test_weights_are_taken_strictly(published):
    less = {k: v for k, v in published.items() if not k.endswith("pooler.dense.bias")}
    with pytest.raises(SfbenchError, match=r"do not fit ClapTextNetwork.*pooler\.dense\.bias"):
        clap_text_network(less, CONFIG)
    more = published | {"module.text_branch.extra.weight": torch.zeros(1)}
    with pytest.raises(SfbenchError, match=r"text_branch\.extra\.weight"):
        clap_text_network(more, CONFIG)
    other = published | {"module.text_projection.0.bias": torch.zeros(500)}
    with pytest.raises(SfbenchError, match="size mismatch"):
        clap_text_network(other, CONFIG)


def test_the_full_tower_has_the_published_names_shapes_and_size():
    with torch.device("meta"):
        network = ClapTextNetwork()
    shapes = layout(50_265, 514, 768, 12, 3072)
    assert {k: list(v.shape) for k, v in network.state_dict().items()} == shapes
    branch = sum(math.prod(v) for k, v in shapes.items() if k.startswith("text_branch."))
    assert branch == 124_645_632  # RoBERTa-base


class Sounds:
    """Hears a sound as its mean in one direction and its deviation in another."""

    rate = 48_000
    signature = "toy"

    def __call__(self, sounds):
        rows = [np.array([[sound.mean(), sound.std()]], np.float32) for sound in sounds]
        return [{"embedding": row / np.linalg.norm(row)} for row in rows]


class Texts:
    """Reads every prompt as the first direction, and counts how often it is asked."""

    signature = "toy"

    def __init__(self):
        self.asked = []

    def __call__(self, texts):
        self.asked += texts
        return np.array([[1.0, 0.0]] * len(texts), np.float32)


def test_a_likeness_is_the_cosine_of_both_and_a_prompt_is_read_once():
    texts = Texts()
    likeness = ClapLikeness(Sounds(), texts)
    flat, mixed = np.ones(4, np.float32), np.array([0.0, 2.0], np.float32)
    assert likeness([flat, mixed, -flat], "ab").tolist() == pytest.approx([1, 0.5**0.5, -1])
    likeness([flat], "ab")
    likeness([flat], "c")
    assert texts.asked == ["ab", "c"]
    assert likeness([], "ab").shape == (0,)


def test_both_towers_are_opened_from_one_reading_of_the_checkpoint(
    published, text, tmp_path, monkeypatch
):
    files = zip((ROBERTA_VOCABULARY, ROBERTA_MERGES), write(tmp_path, *full()), strict=True)
    states = iter([published])
    monkeypatch.setattr(clap_likeness, "require", {"second-opinion": {}}.__getitem__)
    monkeypatch.setattr(clap_likeness, "here", dict(files).__getitem__)
    monkeypatch.setattr(clap_likeness, "read_checkpoint", lambda declared: next(states))
    monkeypatch.setattr(clap_likeness, "clap_network", lambda state: nn.Identity())
    of_config = partial(clap_text_network, config=CONFIG)
    monkeypatch.setattr(clap_likeness, "clap_text_network", of_config)
    opened = likenesses["clap"]("cpu")
    assert (opened.name, opened.rate) == ("clap", 48_000)
    assert opened.signature.startswith("clap-630k-audioset-best-48k|float|first-10s-repeat-pad|")
    assert np.array_equal(opened.text(["abc ab"]), text(["abc ab"]))


def test_files_that_are_not_here_are_named_in_one_message():
    with pytest.raises(SfbenchError) as caught:
        likenesses["clap"]("cpu")
    assert str(caught.value).splitlines() == [
        "second-opinion needs 3 files of weights that are not on this machine:",
        "  clap-630k-audioset-best: 1.9 GB, CC0-1.0",
        "  roberta-vocabulary: 0.9 MB, MIT",
        "  roberta-merges: 0.5 MB, MIT",
        "1.9 GB in all; type: sfbench weights fetch second-opinion",
    ]
