"""Trained adapters go out to stock diffusers and come back."""

import numpy as np
import pytest
import torch
from diffusers import ControlNetModel, PNDMScheduler, StableDiffusionControlNetPipeline
from diffusers.models import UNet2DConditionModel

from sfbench.model.auffusion.networks import control_net
from sfbench.model.foleycrafter.adapter import frame_adapter, published
from sfbench.model.foleycrafter.export import export_temporal_adapter
from sfbench.model.tuning.export import save_part
from sfbench.weights.state import load_state
from tests.golden import rule
from tests.model.foleycrafter.parts import inputs, networks

GOLDEN = rule.vectors("framewise")


def stock(made):
    """Return the stock pipeline over networks of its own, without an adapter yet."""
    unet = UNet2DConditionModel.from_config(made.config)
    unet.load_state_dict(made.of("unet."))
    control = ControlNetModel.from_unet(unet, conditioning_channels=1)
    control.load_state_dict(made.of("controlnet."))
    pipeline = StableDiffusionControlNetPipeline(
        vae=made.vae,
        text_encoder=None,
        tokenizer=None,
        unet=unet,
        controlnet=control,
        scheduler=PNDMScheduler.from_config(made.schedulers["pndm"]),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def heard(pipeline, given):
    embeddings = torch.stack([torch.zeros_like(given.frames), given.frames])
    asked = {
        "prompt_embeds": given.text[1:],
        "negative_prompt_embeds": given.text[:1],
        "image": given.sounding[:1],
        "ip_adapter_image_embeds": [embeddings],
        "controlnet_conditioning_scale": 0.2,
        "num_inference_steps": 4,
        "latents": given.latents,
        "output_type": "latent",
    }
    with torch.inference_mode():
        return pipeline(**asked, height=64, width=256).images.numpy()


@pytest.mark.filterwarnings("ignore:.*image_encoder.*")
@pytest.mark.parametrize("form", ["dictionary", "file"])
def test_a_frame_adapter_reloads_in_stock_diffusers_and_sounds_the_same(tmp_path, form):
    made, given = networks(), inputs("framewise")
    pipeline = stock(made)
    where = {"subfolder": "", "image_encoder_folder": None}
    if form == "dictionary":
        pipeline.load_ip_adapter(published(made.adapter), weight_name="adapter.bin", **where)
    else:
        save_part({"": made.adapter}, tmp_path / "adapter.safetensors", half=False)
        pipeline.load_ip_adapter(str(tmp_path), weight_name="adapter.safetensors", **where)
    assert np.abs(heard(pipeline, given) - GOLDEN["pndm_latents"]).max() < 1e-3


def test_a_frame_adapter_comes_back_from_its_file(tmp_path):
    made = networks()
    save_part({"": made.adapter}, tmp_path / "adapter.safetensors", half=False)
    back = frame_adapter(load_state(tmp_path / "adapter.safetensors")).state_dict()
    assert all(torch.equal(back[k], v) for k, v in made.adapter.state_dict().items())


def test_a_temporal_adapter_reloads_in_stock_diffusers_and_here(tmp_path):
    made = networks()
    file = export_temporal_adapter(made.controlnet, tmp_path / "temporal")
    theirs = ControlNetModel.from_pretrained(tmp_path / "temporal").state_dict()
    ours = control_net(made.config, load_state(file)).state_dict()
    for key, value in made.controlnet.state_dict().items():
        assert torch.equal(theirs[key], value) and torch.equal(ours[key], value)
