"""CLIP ViT-H/14 against open_clip: 632 million weights made by rule."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from sfbench.encoders import clip
from sfbench.encoders.clip import clip_vit_h_14
from sfbench.encoders.extractor import frame_extractors
from sfbench.encoders.vit import image_tower
from tests.encoders.difference import difference
from tests.golden import rule

GOLDEN = rule.vectors("clip-vit-h-14")
SHAPES = rule.keys("clip-vit-h-14")
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


def test_the_published_layout_opens(tmp_path, monkeypatch):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    monkeypatch.setattr(clip, "IMAGE_H_14", replace(clip.IMAGE_H_14, layers=1))
    one_block = {k: v for k, v in SHAPES.items() if ".resblocks." not in k or ".resblocks.0." in k}
    state = made_by_rule(one_block)
    path = tmp_path / "weights" / clip.CLIP_VIT_H_14.file
    path.parent.mkdir()
    torch.save(state | {"positional_embedding": torch.zeros(77, 1024)}, path)  # of the text tower
    declared = replace(clip.CLIP_VIT_H_14, size=path.stat().st_size, sha256=None)
    monkeypatch.setattr(clip, "CLIP_VIT_H_14", declared)
    opened = frame_extractors["clip-vit-h-14"]("cpu")
    ours = clip_vit_h_14(image_tower(state, clip.IMAGE_H_14, patch=14))
    frames = [SQUARE[None]]
    assert np.array_equal(opened(frames)[0]["embedding"], ours(frames)[0]["embedding"])
    assert opened.signature == "clip-vit-h-14-laion2b-s32b-b79k|bicubic-centre-224|1024d"
    assert opened.outputs == {"embedding": 1024}
