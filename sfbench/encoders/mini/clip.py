"""The small CLIP that this project trained on its simulated world: the published classes, smaller.

Its files lie in `model/mini/`: `clip.safetensors` and the tokenizer's `clip.merges.txt`.
"""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from sfbench.encoders.clip.merges import CONTEXT, read_small_tokenizer
from sfbench.encoders.clip.towers import ClipImage, ClipText
from sfbench.encoders.clip.vit import Geometry, image_tower, text_tower
from sfbench.encoders.mini.weights import Mini, read_mini
from sfbench.encoders.square import MINI_LOOK, MINI_SIDE, mini_square
from sfbench.errors import SfbenchError

NAME = "clip"
FILE = f"{NAME}.safetensors"

HEAD = 16
"""Width of an attention head, which tensors do not tell."""


def open_mini_clip(device: str, weights: Path | None = None) -> ClipImage:
    """Return the image tower; `weights` are the shipped ones, or another `clip.safetensors`.

    Raises:
        SfbenchError: Its files are missing, or damaged, or look at pictures of another size.
    """
    mini = read_mini(NAME, weights)
    kernel, places = _tensor(mini, "visual.conv1.weight"), "visual.positional_embedding"
    patch = kernel.shape[2]
    side = patch * round((_tensor(mini, places).shape[0] - 1) ** 0.5)
    if side != MINI_SIDE:
        raise SfbenchError(
            f"{mini.path} looks at pictures of {side} x {side}, not of {MINI_SIDE} x {MINI_SIDE}; "
            "train it anew: sfbench train model/train/clip-mini.toml"
        )
    geometry = _geometry(mini.state, "visual.", _tensor(mini, "visual.proj"))
    network = image_tower(mini.state, geometry, patch, MINI_SIDE).to(device)
    width = geometry.embedding
    signature = f"{mini.signature}|bicubic-{MINI_LOOK}|{width}d"
    return ClipImage(network, "mini-clip", signature, {"embedding": width}, device, mini_square)


def open_mini_clip_text(device: str, weights: Path | None = None) -> ClipText:
    """Return the text tower; `weights` are the shipped ones, or another `clip.safetensors`.

    Raises:
        SfbenchError: Its files are missing, or damaged.
    """
    mini = read_mini(NAME, weights)
    tokenizer = read_small_tokenizer(mini.path.with_suffix(".merges.txt"))
    geometry = _geometry(mini.state, "", _tensor(mini, "text_projection"))
    network = text_tower(mini.state, geometry, tokenizer.vocabulary, CONTEXT).to(device)
    width = geometry.embedding
    signature = f"{mini.signature}|text-{CONTEXT}|{width}d"
    return ClipText(network, tokenizer, "mini-clip-text", signature, width, device)


def _tensor(mini: Mini, name: str) -> Tensor:
    if name not in mini.state:
        raise SfbenchError(f"{mini.path} has no {name}; are they the weights of a CLIP?")
    return mini.state[name]


def _geometry(state: Mapping[str, Tensor], tower: str, projection: Tensor) -> Geometry:
    blocks = f"{tower}transformer.resblocks."
    width, embedding = projection.shape
    layers = {name.split(".")[blocks.count(".")] for name in state if name.startswith(blocks)}
    return Geometry(width=width, layers=len(layers), heads=width // HEAD, embedding=embedding)
