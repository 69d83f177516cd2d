"""The sampling loop against FoleyCrafter's own pipeline and diffusers' stock one; then its laws."""

import copy

import numpy as np
import pytest
import torch

from sfbench.model.foleycrafter.attention import Frames, attending, install
from sfbench.model.foleycrafter.denoise import Conditions, told, unit_noise
from tests.golden import rule
from tests.model.foleycrafter.parts import conditions, inputs, networks, sampled

PIPELINE, FRAMEWISE = rule.vectors("foleycrafter-pipeline"), rule.vectors("framewise")
CLOSE = 1e-3  # of latents up to 30; another sign of the condition moves them by 0.1


def masks():
    made = torch.zeros(6, 64, 256)
    for number, (begin, end) in enumerate(
        zip(FRAMEWISE["cuts"][:-1], FRAMEWISE["cuts"][1:], strict=True)
    ):
        made[number, :, begin:end] = 1
    return made


def mean(given):
    return given.frames.mean(0, keepdim=True)


def off(latents, expected):
    return np.abs(latents.numpy() - expected).max()


def test_foleycrafters_own_pipeline_gives_the_same_latents_by_pndm():
    given = inputs("foleycrafter-pipeline")
    steps = sampled(given, "pndm", mean(given))
    assert len(steps) == len(PIPELINE["pndm_timesteps"])  # four steps ask five times
    assert off(steps[0], PIPELINE["pndm_step1"]) < CLOSE
    assert off(steps[-1], PIPELINE["pndm_latents"]) < CLOSE


def test_foleycrafters_own_pipeline_gives_the_same_latents_by_ddim():
    given = inputs("foleycrafter-pipeline")
    steps = sampled(given, "ddim", mean(given), scale=0.5, temporal=1.0)
    assert off(steps[0], PIPELINE["ddim_step1"]) < CLOSE
    assert off(steps[-1], PIPELINE["ddim_latents"]) < CLOSE
    assert off(sampled(given, "ddim", given.frames)[-1], PIPELINE["ddim_frames6_latents"]) < CLOSE


@torch.inference_mode()
def test_one_evaluation_of_each_network_is_foleycrafters():
    given, made = inputs("foleycrafter-pipeline"), networks()
    asked = conditions(given, mean(given))
    both, t = torch.cat([given.latents] * 2), torch.tensor(int(PIPELINE["one_timestep"]))
    with told(made.unet, made.controlnet, asked) as predict:
        assert off(predict(both, t), PIPELINE["one_eps"]) < CLOSE
    with attending(made.controlnet, given.text):
        down, middle = made.controlnet(
            both, t, given.text, given.sounding, conditioning_scale=0.2, return_dict=False
        )
    assert off(middle, PIPELINE["one_control_mid"]) < CLOSE
    assert off(down[0][:, ::8, ::2, ::2], PIPELINE["one_control_down0"]) < CLOSE
    with told(made.unet, None, asked) as predict:
        assert off(predict(both, t), PIPELINE["one_eps_no_control"]) < CLOSE


@torch.inference_mode()
def test_the_autoencoder_is_foleycrafters():
    vae, latents = networks().vae, torch.from_numpy(PIPELINE["pndm_latents"])
    image = (vae.decode(latents / vae.config.scaling_factor).sample / 2 + 0.5).clamp(0, 1)
    assert off(image[:, :, ::4, ::8], PIPELINE["pndm_image"]) < 1e-4
    seen = vae.encode(torch.from_numpy(PIPELINE["vae_image"])).latent_dist
    assert off(seen.mean, PIPELINE["vae_mean"]) < 1e-4
    assert off(seen.logvar, PIPELINE["vae_logvar"]) < 1e-4


@pytest.mark.parametrize(
    ("name", "sampler", "asked"),
    [
        ("pndm_latents", "pndm", {}),
        ("pndm_masked_latents", "pndm", {"masks": True}),
        ("ddim_latents_scale0.5", "ddim", {"scale": 0.5}),
        ("ddim_masked_latents_scale0.5", "ddim", {"scale": 0.5, "masks": True}),
    ],
)
def test_frames_give_what_diffusers_own_pipeline_gives(name, sampler, asked):
    given = inputs("framewise")
    asked = asked | ({"masks": masks()} if asked.get("masks") else {})
    assert off(sampled(given, sampler, given.frames, **asked)[-1], FRAMEWISE[name]) < CLOSE


def test_one_frame_is_a_clip():
    given = inputs("framewise")
    one = sampled(given, "pndm", mean(given))[-1]
    assert off(one, FRAMEWISE["pndm_mean_latents"]) < CLOSE
    everywhere = sampled(given, "pndm", mean(given), masks=torch.ones(1, 64, 256))[-1]
    assert off(one, everywhere.numpy()) < CLOSE


def test_the_order_of_frames_matters_with_masks_and_not_without():
    given = inputs("framewise")
    reverse = given.frames.flip(0)
    assert off(sampled(given, "pndm", reverse)[-1], FRAMEWISE["pndm_latents"]) < CLOSE
    turned = sampled(given, "pndm", reverse, masks=masks())[-1]
    assert off(turned, FRAMEWISE["pndm_masked_reversed_latents"]) < CLOSE
    assert off(turned, FRAMEWISE["pndm_masked_latents"]) > 100 * CLOSE


@torch.inference_mode()
def test_with_both_scales_zero_it_is_the_plain_text_to_audio_network_to_the_bit():
    given, made = inputs("framewise"), networks()
    both, t = torch.cat([given.latents] * 2), torch.tensor(500)
    plain = Conditions(text=given.text)
    adapted = conditions(given, given.frames, scale=0.0, temporal=0.0)
    answers = []
    for asked in (plain, adapted):
        with told(made.unet, made.controlnet, asked) as predict:
            answers.append(predict(both, t))
    assert torch.equal(*answers)


@torch.inference_mode()
def test_a_control_network_that_runs_at_scale_zero_changes_nothing():
    given, made = inputs("framewise"), networks()
    both, t = torch.cat([given.latents] * 2), torch.tensor(500)
    with told(made.unet, made.controlnet, conditions(given, given.frames)) as predict:
        told_with = predict(both, t)
    with told(made.unet, None, conditions(given, given.frames)) as predict:
        without = predict(both, t)
    tiny = conditions(given, given.frames, temporal=1e-30)
    with told(made.unet, made.controlnet, tiny) as predict:
        assert torch.allclose(predict(both, t), without, atol=1e-5)
    assert not torch.allclose(told_with, without, atol=1e-3)


def test_noise_depends_on_the_seed_alone():
    assert torch.equal(unit_noise(3, (4, 8, 32)), unit_noise(3, (4, 8, 32)))
    assert not torch.equal(unit_noise(3, (4, 8, 32)), unit_noise(4, (4, 8, 32)))


def test_nothing_is_remembered_after_the_conditions():
    given, made = inputs("framewise"), networks()
    seen = Frames(torch.zeros(2, 1, 4, 32))
    with told(made.unet, made.controlnet, Conditions(text=given.text, frames=seen)):
        pass
    processors = made.unet.attn_processors.values()
    assert all(getattr(one, "memory", None) is None for one in processors)


@pytest.mark.slow
@torch.inference_mode()
def test_networks_are_compiled_once_for_all_conditions_and_answer_the_same():
    """Traced as for any compiler, then run as they are: no compiler needs to be installed."""
    from torch._dynamo.utils import counters

    given, made = inputs("framewise"), networks()
    both, t = torch.cat([given.latents] * 2), torch.tensor(500)
    compiled = copy.deepcopy(made.unet)
    install(compiled, made.adapter)
    compiled.compile(backend="eager")
    counters.clear()
    for embeddings in (given.frames, given.frames.flip(0)):
        asked = conditions(given, embeddings)
        with told(made.unet, None, asked) as predict:
            expected = predict(both, t)
        with told(compiled, None, asked) as predict:
            assert torch.allclose(predict(both, t), expected, atol=1e-5)
    assert counters["stats"]["unique_graphs"] == 1 and not counters["graph_break"]
