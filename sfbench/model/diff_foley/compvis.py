"""Keys of CompVis checkpoints, written as those of diffusers' `UNet2DConditionModel` and VAE.

Source: module names of CompVis/latent-diffusion and of huggingface/diffusers.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from torch import Tensor

_RESNET = {
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}
_ENDS = {
    "time_embed.0": "time_embedding.linear_1",
    "time_embed.2": "time_embedding.linear_2",
    "input_blocks.0.0": "conv_in",
    "out.0": "conv_norm_out",
    "out.2": "conv_out",
}
_MIDDLE = ("resnets.0", "attentions.0", "resnets.1")
_BLOCK = re.compile(r"(input|output)_blocks\.(\d+)\.(\d+)\.(.+)")
_VAE = (
    (r"\.down\.(\d+)\.block\.", r".down_blocks.\1.resnets."),
    (r"\.down\.(\d+)\.downsample\.", r".down_blocks.\1.downsamplers.0."),
    (r"\.up_blocks\.(\d+)\.block\.", r".up_blocks.\1.resnets."),
    (r"\.up_blocks\.(\d+)\.upsample\.", r".up_blocks.\1.upsamplers.0."),
    (r"\.mid\.block_1\.", ".mid_block.resnets.0."),
    (r"\.mid\.block_2\.", ".mid_block.resnets.1."),
    (r"\.mid\.attn_1\.norm\.", ".mid_block.attentions.0.group_norm."),
    (r"\.mid\.attn_1\.proj_out\.", ".mid_block.attentions.0.to_out.0."),
    (r"\.mid\.attn_1\.([qkv])\.", r".mid_block.attentions.0.to_\1."),
    (r"\.norm_out\.", ".conv_norm_out."),
    (r"\.nin_shortcut\.", ".conv_shortcut."),
)


def unet_key(key: str, layers: int) -> str:
    """Return the key of a CompVis UNet, or of its encoder half, as diffusers names it.

    Args:
        key: The key, without prefix.
        layers: Residual blocks per level.

    >>> unet_key("input_blocks.4.1.norm.weight", layers=2)
    'down_blocks.1.attentions.0.norm.weight'
    >>> unet_key("output_blocks.2.1.conv.bias", layers=2)
    'up_blocks.0.upsamplers.0.conv.bias'
    """
    for old, new in _ENDS.items():
        if key.startswith(f"{old}."):
            return new + key.removeprefix(old)
    if middle := re.fullmatch(r"middle_block\.(\d)\.(.+)", key):
        return f"mid_block.{_MIDDLE[int(middle[1])]}.{_resnet(middle[2])}"
    if block := _BLOCK.fullmatch(key):
        side, number, part, rest = block[1], int(block[2]), int(block[3]), block[4]
        if side == "input":
            return f"down_blocks.{_inner(number - 1, layers + 1, part, rest)}"
        return f"up_blocks.{_inner(number, layers + 1, part, rest)}"
    return key


def _inner(number: int, per_level: int, part: int, rest: str) -> str:
    level, layer = divmod(number, per_level)
    if rest.startswith("op."):
        return f"{level}.downsamplers.0.conv.{rest.removeprefix('op.')}"
    if rest.startswith("conv."):
        return f"{level}.upsamplers.0.{rest}"
    if part == 0:
        return f"{level}.resnets.{layer}.{_resnet(rest)}"
    return f"{level}.attentions.{layer}.{rest}"


def _resnet(rest: str) -> str:
    for old, new in _RESNET.items():
        if rest.startswith(f"{old}."):
            return new + rest.removeprefix(old)
    return rest


def vae_key(key: str, levels: int) -> str:
    """Return the key of a CompVis autoencoder as diffusers names it.

    Args:
        key: The key, without prefix.
        levels: Levels of resolution, which the two number in opposite orders in the decoder.

    >>> vae_key("decoder.up.3.block.0.nin_shortcut.bias", levels=4)
    'decoder.up_blocks.0.resnets.0.conv_shortcut.bias'
    """
    key = re.sub(r"\.up\.(\d+)\.", lambda up: f".up_blocks.{levels - 1 - int(up[1])}.", key)
    for old, new in _VAE:
        key = re.sub(old, new, key)
    return key


def renamed(
    state: Mapping[str, Tensor], prefix: str, rename: Callable[[str], str]
) -> dict[str, Tensor]:
    """Return the tensors under a prefix, by their new keys.

    1 × 1 kernels of the autoencoder's attention become the matrices that they are.
    """
    tensors = {
        rename(key.removeprefix(prefix)): value
        for key, value in state.items()
        if key.startswith(prefix)
    }
    return {key: _matrix(key, value) for key, value in tensors.items()}


_MATRICES: Sequence[str] = ("to_q.weight", "to_k.weight", "to_v.weight", "to_out.0.weight")


def _matrix(key: str, value: Tensor) -> Tensor:
    return value[:, :, 0, 0] if value.ndim == 4 and key.endswith(tuple(_MATRICES)) else value
