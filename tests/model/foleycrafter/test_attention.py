"""Parallel attention and the frame adapter: laws, then FoleyCrafter's and diffusers' own code."""

import numpy as np
import pytest
import torch
from diffusers.models.attention_processor import Attention

from sfbench.errors import SfbenchError
from sfbench.model.foleycrafter.adapter import KeyValue, frame_adapter, time_positions
from sfbench.model.foleycrafter.attention import Frames, ParallelAttention, shrunk
from tests.golden import rule
from tests.model.foleycrafter.parts import tensors


@torch.inference_mode()
def test_tokens_are_those_of_the_published_projection():
    golden = rule.vectors("foleycrafter-image-proj")
    seen = torch.from_numpy(golden["embeds"])
    project = frame_adapter(tensors("foleycrafter-image-proj")).image_proj
    tokens = project(torch.stack([torch.zeros_like(seen), seen]))
    assert np.abs(tokens[..., ::16].numpy() - golden["tokens"]).max() < 1e-5
    assert tokens.double().norm().item() == pytest.approx(golden["tokens_stats"][2], rel=1e-6)


@torch.inference_mode()
def test_a_picture_of_zeros_gives_the_norm_of_the_bias_and_not_zeros():
    project = frame_adapter(tensors("foleycrafter-image-proj")).image_proj
    bias = project.norm(project.proj.bias.view(4, 768))
    assert torch.allclose(project(torch.zeros(1, 1024))[0], bias, atol=1e-6)


@pytest.fixture(scope="module")
def attention():
    state = tensors("foleycrafter-attention")
    layer = Attention(query_dim=320, cross_attention_dim=768, heads=8, dim_head=40, bias=False)
    layer.load_state_dict({k: v for k, v in state.items() if not k.startswith("ip_adapter.")})
    pair = KeyValue(768, 320)
    prefix = "ip_adapter.1."
    pair.load_state_dict(
        {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
    )
    layer.set_processor(ParallelAttention(pair))
    return layer


@pytest.mark.parametrize("scale", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("count", [1, 6])
@torch.inference_mode()
def test_the_sum_of_both_attentions_is_foleycrafters(attention, count, scale):
    golden = rule.vectors("foleycrafter-attention")
    text, seen = (torch.from_numpy(golden[name]) for name in ("text", "ip_tokens"))
    attention.processor.remember(attention, text, Frames(seen[:, :count], scale))
    answer = attention(torch.from_numpy(golden["hidden_states"]), text)[:, :, ::2]
    expected = golden["text_only"] if scale == 0 else golden[f"out_n{count}_scale{scale}"]
    assert np.abs(answer.numpy() - expected).max() < 1e-5


def test_attention_without_anything_to_remember_is_a_mistake_of_the_caller(attention):
    attention.processor.memory = None
    with pytest.raises(ValueError, match="attending"):
        attention(torch.zeros(1, 4, 320))


@pytest.mark.parametrize("level", [(8, 32), (4, 16), (2, 8), (1, 4)])
def test_masks_are_seen_at_each_level_as_diffusers_sees_them(level):
    golden = rule.vectors("framewise")
    cuts = golden["cuts"]
    masks = torch.zeros(6, 64, 256)
    for number in range(6):
        masks[number, :, cuts[number] : cuts[number + 1]] = 1
    rows, columns = level
    small = shrunk(masks, rows * columns).flatten(1)
    assert np.abs(small.numpy() - golden[f"mask_at_{rows}x{columns}"]).max() < 1e-6
    assert torch.allclose(small.sum(0), torch.ones(rows * columns), atol=1e-6)


def test_positions_tell_frames_apart_and_their_likeness_depends_on_distance_alone():
    there = time_positions(range(0, 120, 12), 32)
    likeness = there @ there.T
    assert torch.allclose(likeness[0, 1], likeness[5, 6], atol=1e-4)
    assert likeness[0, 0] > likeness[0, 1] + 1


def test_an_adapter_of_other_tensors_is_refused():
    with pytest.raises(SfbenchError, match="do not fit"):
        frame_adapter({"image_proj.proj.weight": torch.zeros(8, 4)})
