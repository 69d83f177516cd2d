"""All published files of Smooth-Foley together: hand-made ones, tiny, in each published layout."""

import json

import pytest
import torch
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from sfbench.encoders.clip.vit import Geometry
from sfbench.errors import SfbenchError
from sfbench.model.auffusion.sizes import TINY
from sfbench.model.smooth_foley import networks as module
from sfbench.model.smooth_foley.networks import published_networks
from sfbench.model.smooth_foley.settings import Settings
from sfbench.model.smooth_foley.sized import sized_networks
from sfbench.weights.holding import Holding

GEOMETRY = Geometry(width=32, layers=2, heads=4, embedding=24)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content)
    elif path.suffix == ".safetensors":
        save_file(content, path)
    elif path.suffix == ".json":
        path.write_text(json.dumps(content))
    else:
        torch.save(content, path)


@pytest.fixture(scope="module")
def made():
    return sized_networks(Settings(weights="random", size="tiny", timing="label"), {}, "cpu")


@pytest.fixture
def holdings(made, tmp_path, monkeypatch):
    """Write what the group smooth-foley declares, the label's text tower left out."""
    config = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=24,
        patch_size=14,
        hidden_act="gelu",
    )
    adapter = {"image_proj": {}, "ip_adapter": {}}
    for key, value in made.adapter.state_dict().items():
        part, _, name = key.partition(".")
        adapter[part][name] = value
    text = {f"text_model.{k}": v for k, v in made.text.network.state_dict().items()}
    words = {"s</w>": 0, "<|startoftext|>": 510, "<|endoftext|>": 511}
    voice = made.vocoder.state_dict()
    files = {
        "auffusion/unet/config.json": TINY.unet,
        "auffusion/unet/diffusion_pytorch_model.bin": made.unet.state_dict(),
        "auffusion/vae/config.json": TINY.vae,
        "auffusion/vae/diffusion_pytorch_model.bin": made.vae.state_dict(),
        "auffusion/text_encoder/config.json": TINY.text,
        "auffusion/text_encoder/pytorch_model.bin": text,
        "auffusion/tokenizer/vocab.json": words,
        "auffusion/tokenizer/merges.txt": "#version: 0.2\n",
        "auffusion/scheduler/scheduler_config.json": TINY.scheduler,
        "foleycrafter-vocoder/config.json": TINY.vocoder,
        "foleycrafter-vocoder/vocoder.pt": {"generator": voice},
        "foleycrafter-semantic": adapter,
        "foleycrafter-temporal": {"state_dict": made.controlnet.state_dict(), "epoch": 1},
        "ip-adapter-image-encoder/models/image_encoder/model.safetensors": (
            CLIPVisionModelWithProjection(config).state_dict()
        ),
    }
    for name, content in files.items():
        write(tmp_path / name, content)
    monkeypatch.setattr(module, "IMAGE_H_14", GEOMETRY)
    monkeypatch.setattr(module, "open_clip_vit_h_14_text", lambda device: made.labels)
    return {
        name: Holding(
            name=name, file=name, licence="", address="", status="ok", path=str(tmp_path / name)
        )
        for name in files
    }


def test_published_files_fill_all_networks(made, holdings):
    opened = published_networks(Settings(), holdings, "cpu")
    for part in ("unet", "vae", "adapter", "controlnet", "vocoder"):
        state, expected = getattr(opened, part).state_dict(), getattr(made, part).state_dict()
        assert all(torch.equal(state[key], value) for key, value in expected.items())
    assert opened.scheduler["_class_name"] == "PNDMScheduler"
    assert opened.image.bands == 64 and opened.reduction == 8
    with torch.inference_mode():
        assert opened.text(["s s", ""]).shape == (2, 77, 32)


def test_adapters_of_ones_own_take_the_place_of_the_published(made, holdings, tmp_path):
    from sfbench.model.foleycrafter.export import export_temporal_adapter
    from sfbench.model.tuning.export import save_part

    mine = sized_networks(Settings(weights="random", size="tiny", tokens=2), {}, "cpu")
    save_part({"": mine.adapter}, tmp_path / "mine.safetensors", half=False)
    control = export_temporal_adapter(mine.controlnet, tmp_path / "control")
    settings = {
        "frame_adapter": str(tmp_path / "mine.safetensors"),
        "temporal_adapter": str(control),
    }
    opened = published_networks(Settings(**settings, tokens=2), holdings, "cpu")
    assert opened.adapter.image_proj.tokens == 2
    with pytest.raises(SfbenchError, match="--set tokens=2"):
        published_networks(Settings(**settings), holdings, "cpu")
