"""The adapters can be trained: a plain loop overfits two clips, and only they change."""

import copy

import pytest
import torch

from sfbench.model.auffusion.networks import make_unet
from sfbench.model.foleycrafter.adapter import AdapterSizes, FrameAdapter
from sfbench.model.foleycrafter.attention import Frames, crossings, install
from sfbench.model.foleycrafter.denoise import Conditions, told
from tests.model.foleycrafter.parts import inputs, networks

STEPS = 150


@pytest.mark.slow
def test_a_tiny_frame_adapter_overfits_two_clips_and_gradients_reach_it_alone():
    torch.manual_seed(0)
    frozen = make_unet(networks().config).requires_grad_(False)
    frozen.load_state_dict(networks().of("unet."))
    sizes = AdapterSizes(picture=24, token=32, tokens=4, layers=crossings(frozen))
    adapter = FrameAdapter(sizes)
    install(frozen, adapter)
    before = copy.deepcopy(frozen.state_dict())

    seen, text = torch.randn(2, 3, 24), torch.randn(1, 77, 32).expand(2, -1, -1)
    latents, t = torch.randn(1, 4, 8, 32).expand(2, -1, -1, -1), torch.tensor(700)
    with torch.no_grad(), told(frozen, None, Conditions(text=text)) as predict:
        reachable = predict(latents, t)
    # What another adapter of the same sizes makes of the same pictures can be learnt.
    teacher = FrameAdapter(sizes).requires_grad_(False)
    install(frozen, teacher)
    with torch.no_grad():
        tokens = teacher.image_proj(seen)
        with told(frozen, None, Conditions(text=text, frames=Frames(tokens))) as predict:
            wanted = predict(latents, t)
    assert (wanted[0] - wanted[1]).abs().max() > 1e-3  # the clips differ
    assert (wanted - reachable).abs().max() > 1e-3
    install(frozen, adapter)

    optimiser = torch.optim.Adam(adapter.parameters(), lr=3e-3)
    losses = []
    for _ in range(STEPS):
        frames = Frames(adapter.image_proj(seen))
        with told(frozen, None, Conditions(text=text, frames=frames)) as predict:
            loss = (predict(latents, t) - wanted).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        if losses[-1] < losses[0] / 20:
            break
    assert losses[-1] < losses[0] / 10
    assert all(one.grad is not None and one.grad.any() for one in adapter.parameters())
    assert all(one.grad is None for one in frozen.parameters())
    assert all(torch.equal(before[k], v) for k, v in frozen.state_dict().items())


def test_gradients_reach_every_part_of_the_temporal_adapter():
    made, given = networks(), inputs("framewise")
    control = copy.deepcopy(made.controlnet).requires_grad_(True)
    install(control)
    asked = Conditions(text=given.text, sounding=given.sounding)
    with told(made.unet, control, asked) as predict:
        latents = torch.cat([given.latents, given.latents])
        predict(latents, torch.tensor(500)).square().mean().backward()
    assert [name for name, one in control.named_parameters() if one.grad is None] == []
    assert all(one.grad is None for one in made.unet.parameters())
