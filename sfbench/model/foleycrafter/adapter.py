"""What is seen, as tokens beside the text: an image projection and a pair of matrices a layer.

Modules are named as in IP-Adapter's files, so a state dict of theirs is one of ours. Source: Ye et
al., arXiv 2308.06721; Zhang et al., arXiv 2407.01494 and 2412.18157, equations 1 and 2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sfbench.encoders.fill import filled


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterSizes:
    """Sizes of a frame adapter.

    Attributes:
        picture: Width of a picture's embedding.
        token: Width of a token, that of the text's.
        tokens: Tokens for each picture.
        layers: Width of each cross-attention by its number among all attentions of the UNet.
    """

    picture: int
    token: int
    tokens: int
    layers: Mapping[int, int]


class FrameProjection(nn.Module):
    """Turns embeddings of pictures, [..., picture], into tokens, [..., tokens, token]."""

    def __init__(self, sizes: AdapterSizes) -> None:
        super().__init__()
        self.tokens = sizes.tokens
        self.proj = nn.Linear(sizes.picture, sizes.tokens * sizes.token)
        self.norm = nn.LayerNorm(sizes.token)

    def forward(self, embeddings: Tensor) -> Tensor:
        tokens: Tensor = self.norm(self.proj(embeddings).unflatten(-1, (self.tokens, -1)))
        return tokens


class KeyValue(nn.Module):
    """The keys and values of one cross-attention to frames, the only part trained in II-B2."""

    def __init__(self, token: int, width: int) -> None:
        super().__init__()
        self.to_k_ip = nn.Linear(token, width, bias=False)
        self.to_v_ip = nn.Linear(token, width, bias=False)


class FrameAdapter(nn.Module):
    """The frame projection, and keys and values by number of the attention."""

    def __init__(self, sizes: AdapterSizes) -> None:
        super().__init__()
        self.image_proj = FrameProjection(sizes)
        self.ip_adapter = nn.ModuleDict(
            {str(number): KeyValue(sizes.token, width) for number, width in sizes.layers.items()}
        )

    @property
    def pairs(self) -> dict[int, KeyValue]:
        """Keys and values by number of the attention."""
        named = self.ip_adapter.items()
        return {int(number): pair for number, pair in named if isinstance(pair, KeyValue)}


def frame_adapter(state: Mapping[str, Tensor]) -> FrameAdapter:
    """Return the adapter of a file in IP-Adapter's layout, of whatever sizes it has.

    Args:
        state: Tensors by name, the two dictionaries of the file joined by a dot.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    return filled(lambda: FrameAdapter(sizes_of(state)), state)


def sizes_of(state: Mapping[str, Tensor]) -> AdapterSizes:
    """Return the sizes of an adapter's tensors; of a foreign state, some that do not fit it."""
    widths = {key: value.shape for key, value in state.items() if value.ndim == 2}
    rows, picture = widths.get("image_proj.proj.weight", (1, 1))
    token = len(state.get("image_proj.norm.weight", torch.ones(1)))
    layers = {
        int(key.split(".")[1]): shape[0]
        for key, shape in widths.items()
        if key.startswith("ip_adapter.") and key.endswith("to_k_ip.weight")
    }
    return AdapterSizes(picture=picture, token=token, tokens=max(1, rows // token), layers=layers)


def published(adapter: FrameAdapter) -> dict[str, dict[str, Tensor]]:
    """Return the adapter's tensors as IP-Adapter's files nest them; diffusers loads such a dict."""
    nested: dict[str, dict[str, Tensor]] = {"image_proj": {}, "ip_adapter": {}}
    for key, value in adapter.state_dict().items():
        part, _, name = key.partition(".")
        nested[part][name] = value.detach().contiguous()
    return nested


def time_positions(columns: Sequence[float], width: int) -> Tensor:
    """Return sinusoids by which frames can be told apart in time, [N, width].

    Args:
        columns: Where each frame begins, in columns of the latent picture.
        width: Width of a token, even.

    Source: Vaswani et al., arXiv 1706.03762, section 3.5.
    """
    rates = torch.exp(-torch.arange(0, width, 2) / width * torch.log(torch.tensor(10_000.0)))
    angles = torch.tensor(columns, dtype=torch.float32)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)
