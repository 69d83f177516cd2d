"""The denoiser: diffusers' stock UNet, filled from the CompVis layout."""

from collections.abc import Mapping

from diffusers import UNet2DConditionModel
from torch import Tensor

from sfbench.encoders.fill import filled
from sfbench.model.diff_foley.compvis import renamed, unet_key
from sfbench.model.diff_foley.geometry import LATENT, UNetSize

PREFIX = "model.diffusion_model."


def new_unet(size: UNetSize) -> UNet2DConditionModel:
    """Return a UNet of a size, with first values: latents [B, 4, h, w] and times → noise."""
    down = ["CrossAttnDownBlock2D" if attends else "DownBlock2D" for attends in size.attends]
    up = ["CrossAttnUpBlock2D" if attends else "UpBlock2D" for attends in size.attends]
    return UNet2DConditionModel(
        in_channels=LATENT,
        out_channels=LATENT,
        down_block_types=tuple(down),
        up_block_types=tuple(reversed(up)),
        block_out_channels=size.channels,
        layers_per_block=size.layers,
        cross_attention_dim=size.context,
        attention_head_dim=size.heads,  # diffusers calls the number of heads so
        norm_num_groups=size.groups,
    )


def read_unet(state: Mapping[str, Tensor], size: UNetSize) -> UNet2DConditionModel:
    """Return the UNet that lies under `model.diffusion_model.` of a checkpoint.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """
    tensors = renamed(state, PREFIX, lambda key: unet_key(key, size.layers))
    return filled(lambda: new_unet(size), tensors)
