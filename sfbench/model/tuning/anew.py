"""Parts with first values, in the place of those that the networks hold."""

from dataclasses import replace

import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from transformers import CLIPTextModel

from sfbench.model.auffusion.networks import with_positions
from sfbench.model.auffusion.text import TextEncoder
from sfbench.model.foleycrafter.adapter import FrameAdapter
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.smooth_foley.settings import Settings
from sfbench.model.smooth_foley.sized import adapter_sizes


def with_new_base(networks: Networks, seed: int) -> Networks:
    """Return the networks with a UNet and a text encoder that know nothing."""
    torch.manual_seed(seed)
    unet = UNet2DConditionModel.from_config(dict(networks.unet.config))
    text = with_positions(CLIPTextModel(networks.text.network.config))
    read = TextEncoder(text.requires_grad_(False), networks.text.tokens)
    return replace(networks, unet=unet.requires_grad_(False), text=read)


def with_new_frame_adapter(networks: Networks, settings: Settings, seed: int) -> Networks:
    """Return the networks with a frame adapter that knows nothing."""
    torch.manual_seed(seed)
    sizes = adapter_sizes(settings, networks.unet, networks.pictures)
    return replace(networks, adapter=FrameAdapter(sizes).requires_grad_(False))


def with_new_temporal_adapter(networks: Networks, seed: int) -> Networks:
    """Return the networks with a temporal adapter that begins as the UNet's encoder, unheard.

    Source: Zhang et al., arXiv 2302.05543.
    """
    torch.manual_seed(seed)
    adapter = ControlNetModel.from_unet(
        networks.unet,
        conditioning_channels=1,
        conditioning_embedding_out_channels=tuple(
            networks.controlnet.config.conditioning_embedding_out_channels
        ),
    )
    return replace(networks, controlnet=adapter.requires_grad_(False))
