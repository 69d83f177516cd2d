"""CLIP ViT-B/32 against open_clip, with weights made by rule."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from sfbench.encoders.clip import towers as clip
from sfbench.encoders.clip.tokens import CONTEXT, VOCABULARY, Tokenizer
from sfbench.encoders.clip.towers import (
    clip_vit_b_32,
    clip_vit_b_32_text,
    open_clip_vit_b_32_text,
    picture,
)
from sfbench.encoders.clip.vit import image_tower, text_tower
from sfbench.encoders.extractor import frame_extractors
from sfbench.errors import SfbenchError
from tests.encoders.difference import companions_matter, difference
from tests.encoders.vocabulary import merges, write_vocabulary
from tests.golden import rule

GOLDEN = rule.vectors("clip-vit-b-32")
SEED = int(GOLDEN["seed"])
SQUARE = rule.image(SEED, 224, 224)
WIDE = rule.image(SEED + 1, 360, 640)


@pytest.fixture(scope="module")
def published():
    state = rule.state(str(GOLDEN["salt"]), rule.keys("clip-vit-b-32"), {})
    return {key: torch.from_numpy(value) for key, value in state.items()}


@pytest.fixture(scope="module")
def images(published):
    return clip_vit_b_32(image_tower(published, clip.IMAGE_B_32, patch=32))


@pytest.fixture(scope="module")
def texts(published):
    tower = text_tower(published, clip.TEXT_B_32, VOCABULARY, CONTEXT)
    return clip_vit_b_32_text(tower, Tokenizer(merges()))


def embedding(extractor, frame):
    return extractor([frame[None]])[0]["embedding"]


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_inputs_are_those_of_upstream():
    assert rule.checksum(SQUARE) == GOLDEN["image_224_crc32"]
    assert rule.checksum(WIDE) == GOLDEN["image_360x640_crc32"]


def test_a_frame_is_scaled_and_cut_as_open_clip_does():
    assert difference(picture(SQUARE)[:, ::32, ::32], GOLDEN["pixels_every_32"]) < 1e-6
    assert difference(picture(WIDE)[:, ::16, ::16], GOLDEN["preprocessed_every_16"]) < 1e-6


@pytest.mark.parametrize("shape", [(37, 100), (100, 37), (224, 225), (225, 224), (1, 1)])
def test_a_frame_of_any_shape_becomes_a_square(shape):
    seen = picture(rule.image(0, *shape))
    assert seen.shape == (3, 224, 224)
    assert seen.flags.c_contiguous


def test_grey_stays_grey_and_is_normalised_by_channel():
    seen = picture(np.full((300, 300, 3), 51, np.uint8))
    expected = (0.2 - np.array([0.48145466, 0.4578275, 0.40821073])) / [
        0.26862954,
        0.26130258,
        0.27577711,
    ]
    assert np.ptp(seen, axis=(1, 2)).max() == 0
    np.testing.assert_allclose(seen[:, 0, 0], expected, rtol=1e-6)


def test_a_picture_embeds_as_open_clip_embeds_it(images):
    for frame, key in ((SQUARE, "image_embedding"), (WIDE, "preprocessed_embedding")):
        rows = embedding(images, frame)
        assert rows.dtype == np.float32
        assert difference(rows, GOLDEN[key]) < 1e-5
    assert difference(unit(embedding(images, SQUARE)), GOLDEN["image_embedding_normalised"]) < 1e-5


def test_labels_have_the_tokens_of_open_clip(texts):
    assert np.array_equal(texts.tokenizer(GOLDEN["labels"].tolist()), GOLDEN["tokens"])


def test_a_text_embeds_as_open_clip_embeds_it(texts):
    rows = texts(GOLDEN["labels"].tolist())
    assert difference(rows, GOLDEN["text_embedding"]) < 1e-5
    assert difference(unit(rows), GOLDEN["text_embedding_normalised"]) < 1e-5
    assert difference(texts(GOLDEN["labels"].tolist()[1:2]), rows[1:2]) < 1e-5


def test_companions_do_not_change_an_answer(images):
    shapes = [(1, 48, 64), (2, 64, 48), (1, 224, 224), (4, 20, 40)]
    videos = [
        np.stack([rule.image(index + frame, *shape) for frame in range(count)])
        for index, (count, *shape) in enumerate(shapes)
    ]
    assert companions_matter(images, videos) < 1e-5
    assert [len(one["embedding"]) for one in images(videos)] == [1, 2, 1, 4]


def test_no_frames_have_no_rows(images):
    none = np.zeros((0, 8, 8, 3), np.uint8)
    assert images([]) == []
    assert images([none])[0]["embedding"].shape == (0, 512)
    assert [len(one["embedding"]) for one in images([none, SQUARE[None], none])] == [0, 1, 0]


def test_quick_gelu_is_not_gelu(published, images):
    plain = image_tower(published, replace(clip.IMAGE_B_32, quick_gelu=False), patch=32)
    rows = embedding(clip_vit_b_32(plain), SQUARE)
    assert difference(rows, GOLDEN["image_embedding"]) > 1e-3


@pytest.fixture
def one_block(published, tmp_path, monkeypatch):
    """A file in the published layout, but of one block a tower, that is opened by name."""
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    for name in ("IMAGE_B_32", "TEXT_B_32"):
        monkeypatch.setattr(clip, name, replace(getattr(clip, name), layers=1))
    state = {k: v for k, v in published.items() if ".resblocks." not in k or ".resblocks.0." in k}
    path = tmp_path / "weights" / clip.CLIP_VIT_B_32.file
    path.parent.mkdir()
    save_file(state, path)
    declared = replace(clip.CLIP_VIT_B_32, size=path.stat().st_size, sha256=None)
    monkeypatch.setattr(clip, "CLIP_VIT_B_32", declared)
    return state


def test_the_published_layout_opens(one_block, tmp_path, monkeypatch):
    opened = frame_extractors["clip-vit-b-32"]("cpu")
    ours = clip_vit_b_32(image_tower(one_block, clip.IMAGE_B_32, patch=32))
    assert np.array_equal(embedding(opened, WIDE), embedding(ours, WIDE))
    assert opened.signature == "clip-vit-b-32-openai-quickgelu|bicubic-centre-224|512d"

    vocabulary = write_vocabulary(tmp_path / "weights" / clip.CLIP_VOCABULARY.file)
    declared = replace(clip.CLIP_VOCABULARY, size=vocabulary.stat().st_size, sha256=None)
    monkeypatch.setattr(clip, "CLIP_VOCABULARY", declared)
    tower = text_tower(one_block, clip.TEXT_B_32, VOCABULARY, CONTEXT)
    labels = GOLDEN["labels"].tolist()
    expected = clip_vit_b_32_text(tower, Tokenizer(merges()))(labels)
    assert expected.shape == (len(labels), 512)
    assert np.array_equal(open_clip_vit_b_32_text("cpu")(labels), expected)


def test_weights_that_are_not_here_are_named_and_not_fetched():
    for name in ("clip-vit-b-32", "clip-vit-h-14"):
        with pytest.raises(SfbenchError, match=f"type: sfbench weights fetch {name}"):
            frame_extractors[name]("cpu")
    with pytest.raises(SfbenchError, match="type: sfbench weights fetch clip-vocabulary"):
        open_clip_vit_b_32_text("cpu")


def test_another_networks_weights_are_refused(published):
    state = {k: v for k, v in published.items() if k != "visual.proj"}
    with pytest.raises(SfbenchError, match=r"do not fit ImageTower.*proj"):
        image_tower(state, clip.IMAGE_B_32, patch=32)
    with pytest.raises(SfbenchError, match="do not fit TextTower"):
        text_tower(state | {"extra": torch.zeros(1)}, clip.TEXT_B_32, VOCABULARY, CONTEXT)
