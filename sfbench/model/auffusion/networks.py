"""Makes Auffusion's networks: of a published folder, of sizes alone, or filled by the rule."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from sfbench.encoders.fill import filled
from sfbench.model.auffusion.sizes import PUBLISHED

_OLD_ATTENTION = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}


def unet(config: Mapping[str, Any], state: Mapping[str, Tensor]) -> UNet2DConditionModel:
    """Return the UNet of a published config and state.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    return filled(lambda: make_unet(config), state)


def vae(config: Mapping[str, Any], state: Mapping[str, Tensor]) -> AutoencoderKL:
    """Return the autoencoder of a published config and state, with old or new names of tensors.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    return filled(lambda: make_vae(config), {_vae_key(key): state[key] for key in state})


def text_model(config: Mapping[str, Any], state: Mapping[str, Tensor]) -> CLIPTextModel:
    """Return the text encoder of a published config and state, with old or new names of tensors.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    named = {key.removeprefix("text_model."): value for key, value in state.items()}
    named.pop("embeddings.position_ids", None)
    return with_positions(filled(lambda: make_text_model(config), named))


def control_net(base: Mapping[str, Any], state: Mapping[str, Tensor]) -> ControlNetModel:
    """Return the temporal adapter: a ControlNet of a UNet's encoder over one channel.

    Args:
        base: Config of the UNet.
        state: Tensors of the published `temporal_adapter.ckpt`.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    named = {key.removeprefix("module."): value for key, value in state.items()}
    return filled(lambda: make_control_net(base), named)


def make_unet(config: Mapping[str, Any]) -> UNet2DConditionModel:
    """Return a UNet of a config, not filled."""
    return UNet2DConditionModel.from_config(dict(config))


def make_vae(config: Mapping[str, Any]) -> AutoencoderKL:
    """Return an autoencoder of a config, not filled."""
    return AutoencoderKL.from_config(dict(config))


def make_text_model(config: Mapping[str, Any]) -> CLIPTextModel:
    """Return a text encoder of a config, not filled."""
    return CLIPTextModel(CLIPTextConfig.from_dict(dict(config)))


def make_control_net(
    base: Mapping[str, Any], sounding: Sequence[int] = PUBLISHED.sounding
) -> ControlNetModel:
    """Return a ControlNet of a UNet's config, not filled.

    Args:
        base: Config of the UNet.
        sounding: Channels through which it reads its condition.
    """
    return ControlNetModel.from_unet(
        make_unet(base),
        conditioning_channels=1,
        conditioning_embedding_out_channels=tuple(sounding),
        load_weights_from_unet=False,
    )


def with_positions(network: CLIPTextModel) -> CLIPTextModel:
    """Return a text encoder with the count of its positions, which no file holds."""
    positions = torch.arange(network.config.max_position_embeddings)[None]
    network.embeddings.position_ids = positions
    return network


def _vae_key(key: str) -> str:
    """Return today's name of a tensor of the autoencoder.

    >>> _vae_key("encoder.mid_block.attentions.0.proj_attn.bias")
    'encoder.mid_block.attentions.0.to_out.0.bias'
    """
    parts = key.split(".")
    if "attentions" in parts and len(parts) > 1:
        parts[-2] = _OLD_ATTENTION.get(parts[-2], parts[-2])
    return ".".join(parts)
