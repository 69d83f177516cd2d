"""The published layout of the latent diffusion model, and its denoiser at full size."""

import math

import pytest
import torch
from diffusers.loaders import single_file_utils

from sfbench.errors import SfbenchError
from sfbench.model.diff_foley.compvis import unet_key, vae_key
from sfbench.model.diff_foley.geometry import PUBLISHED
from sfbench.model.diff_foley.networks import read_latent_diffusion
from sfbench.model.diff_foley.unet import PREFIX, new_unet, read_unet
from sfbench.weights.declaration import chosen
from tests.encoders.difference import difference
from tests.golden import rule
from tests.model.diff_foley import upstream


def test_every_published_key_fills_one_tensor_of_its_shape():
    published = upstream.on_meta("diff-foley-ldm")
    networks = read_latent_diffusion(published, PUBLISHED)
    counts = [len(part.state_dict()) for part in (networks.unet, networks.vae, networks.condition)]
    assert counts == [686, 248, 3]
    assert sum(counts) + 12 == len(published) == 949
    assert round(sum(value.numel() for value in networks.unet.parameters()) / 1e6) == 860


def test_a_key_of_no_known_network_is_refused():
    strange = upstream.on_meta("diff-foley-ldm") | {"model_ema.decay": torch.zeros(1)}
    with pytest.raises(SfbenchError, match=r"no known network: model_ema\.decay"):
        read_latent_diffusion(strange, PUBLISHED)
    less = upstream.on_meta("diff-foley-ldm")
    del less["model.diffusion_model.out.2.bias"]
    with pytest.raises(SfbenchError, match=r"Missing key.*conv_out\.bias"):
        read_latent_diffusion(less, PUBLISHED)


def test_diffusers_own_converter_names_the_keys_alike():
    published = upstream.on_meta("diff-foley-ldm")
    config = dict(new_unet_config()) | {"extract_ema": False}
    theirs = single_file_utils.convert_ldm_unet_checkpoint(dict(published), config)
    denoiser = [key.removeprefix(PREFIX) for key in published if key.startswith(PREFIX)]
    assert {unet_key(key, 2) for key in denoiser} == set(theirs)
    vae = single_file_utils.convert_ldm_vae_checkpoint(
        dict(published), {"down_block_types": (0,) * 4, "up_block_types": (0,) * 4}
    )
    first = "first_stage_model."
    autoencoder = [key.removeprefix(first) for key in published if key.startswith(first)]
    assert {vae_key(key, 4) for key in autoencoder} == set(vae)


def new_unet_config():
    with torch.device("meta"):
        return new_unet(PUBLISHED.unet).config


def test_declared_lengths_are_those_of_the_layouts_with_an_optimiser():
    for name in ("cavp", "ldm", "classifier"):
        shapes = rule.keys(f"diff-foley-{name}").values()
        tensors = 4 * sum(math.prod(shape) for shape in shapes)
        assert 2.9 * tensors < chosen([f"diff-foley-{name}"])[0].limit < 3.3 * tensors


@pytest.mark.slow
@torch.no_grad()
def test_the_denoiser_predicts_what_upstream_does_at_whole_and_fractional_times():
    golden = upstream.vectors("unet")
    unet = read_unet(upstream.state("diff-foley-ldm", PREFIX), PUBLISHED.unet)
    latent = upstream.normal("unet", "latent", 1, 4, 16, 64)
    context = upstream.normal("unet", "context", 1, 32, 768)
    whole, fractional = float(golden["t"]), float(golden["t_fractional"])
    middle = []
    unet.mid_block.register_forward_hook(lambda *answer: middle.append(answer[-1]))
    noise = unet(
        latent.repeat(3, 1, 1, 1),
        torch.tensor([whole, whole, fractional]),
        torch.cat([context, 0 * context, context]),
    ).sample
    for own, name in zip(noise, ("eps", "eps_zero_context", "eps_fractional_t"), strict=True):
        assert difference(own[None, :, ::2, ::4].numpy(), golden[name]) < 2e-5
    assert difference(middle[0][:1, ::128].numpy(), golden["middle"]) < 2e-5
    assert (noise[0] - noise[2]).abs().max() > 1e-3
