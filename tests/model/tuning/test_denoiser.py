"""Gradients reach the part that learns, and no other; what is computed again is the same."""

from contextlib import ExitStack

import numpy as np
import pytest
import torch

from sfbench.model.tuning.denoiser import Denoiser, Drops
from sfbench.model.tuning.frame_adapter import begin_as_text
from sfbench.model.tuning.settings import DenoisingSettings
from tests.model.tuning.parts import NETWORKS, made_up, tiny

SETTINGS = DenoisingSettings(
    networks=NETWORKS, data="", steps=1, batch=2, learning_rate=0.1, check_every=1
)
PARTS = {"adapter": False, "controlnet": True, "unet": False}


def gradients(folder, part, *, checkpointing=False, drops=None, training=True):
    networks = tiny()
    ready, cache = made_up(folder)
    trained = getattr(networks, part).requires_grad_(True)
    if checkpointing:
        networks.unet.enable_gradient_checkpointing()
        networks.controlnet.enable_gradient_checkpointing()
    learner = Denoiser(
        trained, networks, SETTINGS, cache, drops or Drops(text=0.0), timed=PARTS[part]
    )
    learner.train(training)
    assert set(dict(learner.named_parameters())) == {
        f"trained.{name}" for name, _ in trained.named_parameters()
    }
    with ExitStack() as during:
        loss = learner(ready, np.random.default_rng(0), during)
        loss.backward()
    others = [getattr(networks, name) for name in (*PARTS, "vae") if name != part]
    assert all(one.grad is None for other in others for one in other.parameters())
    return loss.item(), {name: one.grad for name, one in trained.named_parameters()}


@pytest.mark.slow
@pytest.mark.parametrize("part", ["adapter", "controlnet"])
def test_gradients_reach_the_whole_part_and_checkpointing_changes_none(tmp_path, part):
    loss, found = gradients(tmp_path, part)
    assert [name for name, one in found.items() if one is None] == []
    again, same = gradients(tmp_path, part, checkpointing=True)
    assert again == loss
    for name, one in found.items():
        assert torch.allclose(same[name], one, atol=1e-7), name


def test_pictures_that_are_left_out_teach_the_projection_its_offset_alone(tmp_path):
    _, found = gradients(tmp_path, "adapter", drops=Drops(text=0.0, image=1.0))
    assert not found["image_proj.proj.weight"].any()
    assert found["image_proj.proj.bias"].any()
    _, found = gradients(tmp_path, "adapter", drops=Drops(text=0.0, image=1.0), training=False)
    assert found["image_proj.proj.weight"].any()  # nothing is left out of a look


def test_keys_and_values_can_begin_as_those_of_the_text():
    networks = tiny()
    begin_as_text(networks)
    pair = networks.adapter.ip_adapter["1"]
    layer = networks.unet.down_blocks[0].attentions[0].transformer_blocks[0].attn2
    assert torch.equal(pair.to_k_ip.weight, layer.to_k.weight)
    assert torch.equal(pair.to_v_ip.weight, layer.to_v.weight)
