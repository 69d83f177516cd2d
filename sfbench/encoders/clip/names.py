"""The image tower of CLIP under the names that transformers publishes it by.

Source: huggingface/transformers, CLIPVisionModelWithProjection; its `convert_clip_original_*`.
"""

import re
from collections.abc import Mapping

import torch
from torch import Tensor

_WHOLE = {
    "embeddings.class_embedding": "class_embedding",
    "embeddings.patch_embedding.weight": "conv1.weight",
    "embeddings.position_embedding.weight": "positional_embedding",
    "pre_layrnorm.weight": "ln_pre.weight",
    "pre_layrnorm.bias": "ln_pre.bias",
    "post_layernorm.weight": "ln_post.weight",
    "post_layernorm.bias": "ln_post.bias",
}
_IN_BLOCK = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}
_QUERY_KEY_VALUE = re.compile(r"encoder\.layers\.(\d+)\.self_attn\.([qkv])_proj\.(weight|bias)")
_BLOCK = re.compile(r"encoder\.layers\.(\d+)\.(.+)\.(weight|bias)")


def visual_state(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the image tower's tensors as open_clip names them, `visual.*`.

    A tensor that belongs to neither layout keeps its name, so that filling a network refuses it.

    Args:
        state: Tensors of `model.safetensors` beside a `config.json` of transformers.
    """
    named = {key.removeprefix("vision_model."): value for key, value in state.items()}
    named.pop("embeddings.position_ids", None)
    visual = _joined(named)
    if (projection := named.pop("visual_projection.weight", None)) is not None:
        visual["proj"] = projection.T.contiguous()
    visual |= {_renamed(key): named[key] for key in named if not _QUERY_KEY_VALUE.fullmatch(key)}
    return {f"visual.{key}": value for key, value in visual.items()}


def _joined(named: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return each block's matrices of queries, keys and values as the one that they are."""
    joined = {}
    for key in named:
        match = _QUERY_KEY_VALUE.fullmatch(key)
        if match and match[2] == "q":
            parts = [named[key.replace("q_proj", f"{part}_proj")] for part in "qkv"]
            joined[f"transformer.resblocks.{match[1]}.attn.in_proj_{match[3]}"] = torch.cat(parts)
    return joined


def _renamed(key: str) -> str:
    match = _BLOCK.fullmatch(key)
    if match and match[2] in _IN_BLOCK:
        return f"transformer.resblocks.{match[1]}.{_IN_BLOCK[match[2]]}.{match[3]}"
    return _WHOLE.get(key, key)
