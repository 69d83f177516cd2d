"""The published files: sizes of the whole networks on no memory, hand-made files in each layout."""

import json

import numpy as np
import pytest
import torch
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from sfbench.encoders.clip.names import visual_state
from sfbench.encoders.clip.towers import IMAGE_H_14
from sfbench.encoders.clip.vit import Geometry, ImageTower, image_tower
from sfbench.encoders.random_weights import random_network
from sfbench.errors import SfbenchError
from sfbench.model.auffusion import networks
from sfbench.model.auffusion.sizes import PUBLISHED, TINY
from sfbench.model.auffusion.text import CONTEXT, PublishedTokens
from sfbench.model.auffusion.vocoder import Vocoder, VocoderConfig, vocoder
from sfbench.model.foleycrafter.adapter import AdapterSizes, FrameAdapter, frame_adapter
from sfbench.model.foleycrafter.attention import crossings
from sfbench.model.foleycrafter.detector import TINY as TINY_DETECTOR
from sfbench.model.foleycrafter.detector import Detector, detector
from sfbench.model.published import AUFFUSION, IMAGE_ENCODER
from sfbench.weights.state import load_state
from tests.golden import rule

MEGABYTE = 1e6


def on_no_memory(make):
    with torch.device("meta"):
        return make()


def parameters(network):
    return sum(one.numel() for one in network.parameters())


@pytest.fixture(scope="module")
def unet():
    return on_no_memory(lambda: networks.make_unet(PUBLISHED.unet))


def test_the_unet_is_stable_diffusions(unet):
    assert parameters(unet) == 859_520_964
    assert unet.config.block_out_channels == (320, 640, 1280, 1280)


def test_the_frame_adapter_has_the_published_keys_shapes_and_bytes(unet):
    sizes = AdapterSizes(picture=1024, token=768, tokens=4, layers=crossings(unet))
    adapter = on_no_memory(lambda: FrameAdapter(sizes))
    widths = [320] * 2 + [640] * 2 + [1280] * 5 + [640] * 3 + [320] * 3 + [1280]
    assert dict(zip(range(1, 33, 2), widths, strict=True)) == sizes.layers
    shapes = {key: tuple(value.shape) for key, value in adapter.state_dict().items()}
    assert shapes["image_proj.proj.weight"] == (3072, 1024)
    assert shapes["image_proj.norm.bias"] == (768,)
    assert shapes["ip_adapter.31.to_v_ip.weight"] == (1280, 768)
    assert len(shapes) == 4 + 2 * 16
    assert parameters(adapter) == 19_169_280 + 3_150_336
    assert 4 * parameters(adapter) / MEGABYTE == pytest.approx(89.28, abs=0.01)


def test_the_temporal_adapter_has_the_published_keys_shapes_and_bytes():
    controlnet = on_no_memory(lambda: networks.make_control_net(PUBLISHED.unet))
    state = controlnet.state_dict()
    assert len(state) == 340 and parameters(controlnet) == 361_278_832
    assert 4 * parameters(controlnet) / MEGABYTE == pytest.approx(1445.1, abs=0.1)
    embedding = "controlnet_cond_embedding"
    expected = [(16, 1), (16, 16), (32, 16), (32, 32), (96, 32), (96, 96), (256, 96), (320, 256)]
    names = ["conv_in", *(f"blocks.{number}" for number in range(6)), "conv_out"]
    for name, (outer, inner) in zip(names, expected, strict=True):
        assert state[f"{embedding}.{name}.weight"].shape == (outer, inner, 3, 3)
    assert state["controlnet_down_blocks.11.weight"].shape == (1280, 1280, 1, 1)
    assert state["controlnet_mid_block.weight"].shape == (1280, 1280, 1, 1)


def test_the_vocoder_has_the_published_bytes():
    config = VocoderConfig(**{key: PUBLISHED.vocoder[key] for key in PUBLISHED.vocoder})
    plain = on_no_memory(lambda: Vocoder(config))
    assert parameters(plain) == 13_672_065
    assert 4 * parameters(plain) / MEGABYTE == pytest.approx(54.69, abs=0.01)
    shapes = {key: list(value.shape) for key, value in plain.state_dict().items()}
    published = rule.keys("auffusion-vocoder")
    directions = {key.removesuffix("_v"): published[key] for key in published if key[-2:] != "_g"}
    assert directions == shapes


def test_the_text_encoder_and_the_autoencoder_are_stable_diffusions():
    assert parameters(on_no_memory(lambda: networks.make_text_model(PUBLISHED.text))) == 123_060_480
    assert parameters(on_no_memory(lambda: networks.make_vae(PUBLISHED.vae))) == 83_653_863


def test_the_image_encoder_has_the_published_bytes():
    tower = on_no_memory(lambda: ImageTower(IMAGE_H_14, 14))
    (_, weights) = IMAGE_ENCODER
    assert parameters(tower) == 632_076_800
    header = weights.size - 4 * parameters(tower)
    assert 0 < header < 100_000


def test_no_published_file_may_be_smaller_than_its_network(unet):
    limits = {one.name: one.limit for one in AUFFUSION}
    text = on_no_memory(lambda: networks.make_text_model(PUBLISHED.text))
    files = {"unet/diffusion_pytorch_model": unet, "text_encoder/pytorch_model": text}
    for name, network in files.items():
        size = 4 * parameters(network)
        assert size < limits[f"auffusion/{name}.bin"] < 1.1 * size


def stored(path, content):
    """Write a file as upstream's torch.save does, and read it back safely."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, path)
    return load_state(path)


def filled(make, name):
    return random_network(make, name)


def same(one, other):
    state, expected = one.state_dict(), other.state_dict()
    return state.keys() == expected.keys() and all(
        torch.equal(state[k], expected[k]) for k in state
    )


def test_an_old_autoencoder_file_loads(tmp_path):
    made = filled(lambda: networks.make_vae(TINY.vae), "vae")
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    state = made.state_dict()
    for new, name in old.items():
        state = {key.replace(f".{new}.", f".{name}."): value for key, value in state.items()}
    assert any(".proj_attn." in key for key in state)
    read = stored(tmp_path / "vae" / "diffusion_pytorch_model.bin", state)
    assert same(networks.vae(TINY.vae, read), made)


def test_an_old_text_encoder_file_loads_and_its_states_are_those_of_transformers(tmp_path):
    made = networks.with_positions(filled(lambda: networks.make_text_model(TINY.text), "text"))
    state = {f"text_model.{key}": value for key, value in made.state_dict().items()}
    state["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    read = stored(tmp_path / "text_encoder" / "pytorch_model.bin", state)
    loaded = networks.text_model(TINY.text, read)
    assert same(loaded, made)
    ids = torch.randint(0, 500, (2, 77))
    with torch.no_grad():
        assert torch.equal(loaded(ids).last_hidden_state, made(ids).last_hidden_state)


def test_a_unet_file_loads(tmp_path):
    made = filled(lambda: networks.make_unet(TINY.unet), "unet")
    read = stored(tmp_path / "unet" / "diffusion_pytorch_model.bin", made.state_dict())
    assert same(networks.unet(TINY.unet, read), made)


def test_a_temporal_adapter_loads_out_of_a_checkpoint_of_parallel_training(tmp_path):
    made = filled(lambda: networks.make_control_net(TINY.unet), "control")
    checkpoint = {
        "epoch": 3,
        "state_dict": {f"module.{key}": value for key, value in made.state_dict().items()},
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 5e-5}]},
    }
    read = stored(tmp_path / "temporal_adapter.ckpt", checkpoint)
    assert same(networks.control_net(TINY.unet, read), made)


def test_a_temporal_adapter_that_fits_nothing_does_not_pass_silently():
    with pytest.raises(SfbenchError, match="ControlNetModel"):
        networks.control_net(TINY.unet, {"other.weight": torch.zeros(2)})


def test_a_semantic_adapter_loads_out_of_its_two_dictionaries(tmp_path):
    sizes = AdapterSizes(picture=24, token=32, tokens=4, layers={1: 32, 3: 64, 31: 96})
    made = filled(lambda: FrameAdapter(sizes), "adapter")
    nested = {"image_proj": {}, "ip_adapter": {}}
    for key, value in made.state_dict().items():
        part, _, name = key.partition(".")
        nested[part][name] = value
    assert same(frame_adapter(stored(tmp_path / "semantic_adapter.bin", nested)), made)


def test_a_detector_loads_out_of_a_training_checkpoint(tmp_path):
    made = filled(Detector, "detector")
    state = {f"module.{key}": value for key, value in made.state_dict().items()}
    checkpoint = {"epoch": 99, "state_dict": state, "best_ap": np.float64(0.6)}
    assert same(detector(stored(tmp_path / "timestamp_detector.pth.tar", checkpoint)), made)
    assert Detector(TINY_DETECTOR)(torch.zeros(1, 3, 5, 112, 112)).shape == (1, 5)


def test_a_vocoder_loads_from_under_its_key(tmp_path):
    config = VocoderConfig(**TINY.vocoder)
    plain = filled(lambda: Vocoder(config), "vocoder")
    split = {}
    for key, value in plain.state_dict().items():
        if key.endswith("weight"):
            split[f"{key}_g"] = value.flatten(1).norm(dim=1).view(-1, *[1] * (value.ndim - 1))
            split[f"{key}_v"] = 3 * value
        else:
            split[key] = value
    read = stored(tmp_path / "vocoder" / "vocoder.pt", {"generator": split})
    mel = torch.randn(1, 64, 8)
    with torch.no_grad():
        assert torch.allclose(vocoder(TINY.vocoder, read)(mel), plain(mel), atol=1e-5)


def test_the_image_encoder_of_transformers_is_our_tower():
    config = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=24,
        patch_size=56,
        hidden_act="gelu",
    )
    theirs = CLIPVisionModelWithProjection(config).eval()
    state = theirs.state_dict() | {"vision_model.embeddings.position_ids": torch.arange(17)[None]}
    geometry = Geometry(width=32, layers=2, heads=4, embedding=24)
    ours = image_tower(visual_state(state), geometry, patch=56)
    pictures = torch.randn(2, 3, 224, 224)
    with torch.no_grad():
        assert torch.allclose(ours(pictures), theirs(pictures).image_embeds, atol=1e-5)
    with pytest.raises(SfbenchError, match="odd"):
        image_tower(visual_state(state | {"odd": torch.zeros(1)}), geometry, patch=56)


def test_the_published_tokenizer_fills_with_its_end_sign(tmp_path):
    words = {"s": 0, "s</w>": 1, "i": 2, "si": 3, "<|startoftext|>": 4, "<|endoftext|>": 5}
    (tmp_path / "vocab.json").write_text(json.dumps(words))
    (tmp_path / "merges.txt").write_text("#version: 0.2\ns i\n")
    ids = PublishedTokens(tmp_path)(["sis", ""])
    assert ids.shape == (2, CONTEXT)
    assert ids[0, :4].tolist() == [4, 3, 1, 5]
    assert (ids[1, 1:] == 5).all()
