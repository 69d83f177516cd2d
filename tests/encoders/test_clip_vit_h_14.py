"""CLIP ViT-H/14's image tower against open_clip, with 632 million weights made by rule.

The text tower has the classes of ViT-B/32's, which is held to open_clip; here its layout is.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch

from sfbench.encoders.checkpoints import CLIP_VIT_H_14
from sfbench.encoders.clip import towers as clip
from sfbench.encoders.clip.tokens import CONTEXT, VOCABULARY, Tokenizer
from sfbench.encoders.clip.towers import clip_vit_h_14, clip_vit_h_14_text, open_clip_vit_h_14_text
from sfbench.encoders.clip.vit import TextTower, image_tower, text_tower
from sfbench.encoders.extractor import frame_extractors
from sfbench.errors import SfbenchError
from sfbench.weights.locate import weights_folder
from tests.encoders.difference import difference
from tests.encoders.publish import fills, publish
from tests.encoders.vocabulary import merges, write_vocabulary
from tests.golden import rule

GOLDEN = rule.vectors("clip-vit-h-14")
SHAPES = rule.keys("clip-vit-h-14")
BLOCK = {
    "ln_1.weight": [1024],
    "ln_1.bias": [1024],
    "attn.in_proj_weight": [3072, 1024],
    "attn.in_proj_bias": [3072],
    "attn.out_proj.weight": [1024, 1024],
    "attn.out_proj.bias": [1024],
    "ln_2.weight": [1024],
    "ln_2.bias": [1024],
    "mlp.c_fc.weight": [4096, 1024],
    "mlp.c_fc.bias": [4096],
    "mlp.c_proj.weight": [1024, 4096],
    "mlp.c_proj.bias": [1024],
}
TEXT_SHAPES = {
    "positional_embedding": [77, 1024],
    "text_projection": [1024, 1024],
    "logit_scale": [],
    "token_embedding.weight": [49408, 1024],
    **{
        f"transformer.resblocks.{n}.{key}": shape for n in range(24) for key, shape in BLOCK.items()
    },
    "ln_final.weight": [1024],
    "ln_final.bias": [1024],
}
TEXTS = ["a dog barks", "rain", "a dog barks and then it rains on a tin roof"]
SQUARE = rule.image(int(GOLDEN["seed"]), 224, 224)


def made_by_rule(shapes):
    state = rule.state(str(GOLDEN["salt"]), shapes, {})
    return {key: torch.from_numpy(value) for key, value in state.items()}


@pytest.mark.slow
def test_a_picture_embeds_as_open_clip_embeds_it():
    assert rule.checksum(SQUARE) == GOLDEN["image_224_crc32"]
    extractor = clip_vit_h_14(image_tower(made_by_rule(SHAPES), clip.IMAGE_H_14, patch=14))
    hidden = []
    last_but_one = extractor.network.transformer.resblocks[30]
    last_but_one.register_forward_hook(lambda block, seen, answer: hidden.append(answer))
    rows = extractor([SQUARE[None]])[0]["embedding"]
    assert difference(rows, GOLDEN["image_embedding"]) < 1e-5
    assert list(hidden[0].shape) == GOLDEN["block_30_output_shape"].tolist()
    theirs = GOLDEN["block_30_output_every_16_40"]
    assert difference(hidden[0][:, ::16, ::40].numpy(), theirs) < 1e-5


def first_block(shapes):
    return {k: v for k, v in shapes.items() if ".resblocks." not in k or ".resblocks.0." in k}


@pytest.fixture
def one_block(tmp_path, monkeypatch):
    """A file in the published layout, but of one block a tower, that is opened by name."""
    for name in ("IMAGE_H_14", "TEXT_H_14"):
        monkeypatch.setattr(clip, name, replace(getattr(clip, name), layers=1))
    state = made_by_rule(first_block(SHAPES) | first_block(TEXT_SHAPES))
    publish(monkeypatch, tmp_path, clip, "CLIP_VIT_H_14", state)
    vocabulary = write_vocabulary(tmp_path / "weights" / clip.CLIP_VOCABULARY.file)
    declared = replace(clip.CLIP_VOCABULARY, size=vocabulary.stat().st_size, sha256=None)
    monkeypatch.setattr(clip, "CLIP_VOCABULARY", declared)
    return state


def test_the_published_layout_opens(one_block):
    opened = frame_extractors["clip-vit-h-14"]("cpu")
    ours = clip_vit_h_14(image_tower(one_block, clip.IMAGE_H_14, patch=14))
    frames = [SQUARE[None]]
    assert np.array_equal(opened(frames)[0]["embedding"], ours(frames)[0]["embedding"])
    assert opened.signature == "clip-vit-h-14-laion2b-s32b-b79k|bicubic-centre-224|1024d"
    assert opened.outputs == {"embedding": 1024}


def test_the_published_layout_of_the_text_tower_opens(one_block):
    tower = text_tower(one_block, clip.TEXT_H_14, VOCABULARY, CONTEXT)
    expected = clip_vit_h_14_text(tower, Tokenizer(merges()))(TEXTS)
    opened = open_clip_vit_h_14_text("cpu")
    assert expected.shape == (3, opened.width) == (3, 1024)
    assert np.array_equal(opened(TEXTS), expected)
    assert opened.name == "clip-vit-h-14-text"
    assert opened.signature == "clip-vit-h-14-laion2b-s32b-b79k|text-77|1024d"


def test_companions_do_not_change_what_a_text_means(one_block):
    texts = open_clip_vit_h_14_text("cpu")
    together = texts(TEXTS)
    alone = np.concatenate([texts([text]) for text in TEXTS])
    assert difference(together, alone) < 1e-5
    assert difference(together[:1], together[1:2]) > 1e-2


def test_the_text_tower_has_the_published_keys_and_shapes():
    with torch.device("meta"):
        own = TextTower(clip.TEXT_H_14, VOCABULARY, CONTEXT).state_dict()
    published = {key: shape for key, shape in TEXT_SHAPES.items() if key != "logit_scale"}
    assert {key: list(value.shape) for key, value in own.items()} == published


def test_the_two_towers_fill_the_published_file():
    assert fills(CLIP_VIT_H_14, SHAPES | TEXT_SHAPES)


def test_text_weights_that_are_not_here_are_named_and_not_fetched(one_block):
    weights = [clip.CLIP_VIT_H_14, clip.CLIP_VOCABULARY]
    for declared in weights:
        (weights_folder() / declared.file).unlink()
        with pytest.raises(SfbenchError, match=f"type: sfbench weights fetch {declared.name}"):
            open_clip_vit_h_14_text("cpu")
