"""The transformer of CLIP: the image tower and the text tower.

Modules are named as in the checkpoints of OpenAI and of open_clip. Source: Radford et al., arXiv
2103.00020; mlfoundations/open_clip 3.3.0, src/open_clip/transformer.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sfbench.encoders.fill import filled
from sfbench.encoders.square import SIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Sizes of a tower.

    Attributes:
        width: Width of a token inside.
        layers: Number of blocks.
        heads: Attention heads of a block.
        embedding: Width of what comes out.
        quick_gelu: Whether GELU is approximated by x · sigmoid(1.702 x), as OpenAI trained.
    """

    width: int
    layers: int
    heads: int
    embedding: int
    quick_gelu: bool = False


class ImageTower(nn.Module):
    """Embeds normalised pictures, [B, 3, side, side], as [B, embedding], not of unit length."""

    def __init__(self, geometry: Geometry, patch: int, side: int = SIDE) -> None:
        super().__init__()
        width = geometry.width
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros((side // patch) ** 2 + 1, width))
        self.proj = nn.Parameter(torch.zeros(width, geometry.embedding))
        self.conv1 = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(geometry)
        self.ln_post = nn.LayerNorm(width)

    def forward(self, pictures: Tensor) -> Tensor:
        embedding: Tensor = self.ln_post(self.transformer(self.tokens(pictures))[:, 0]) @ self.proj
        return embedding

    def tokens(self, pictures: Tensor) -> Tensor:
        """Return what the first block sees: class token, then patches, [B, 1 + P, width]."""
        patches = self.conv1(pictures).flatten(2).transpose(1, 2)  # [B, P, width]
        first = self.class_embedding.expand(len(patches), 1, -1)
        tokens: Tensor = self.ln_pre(torch.cat([first, patches], 1) + self.positional_embedding)
        return tokens


class TextTower(nn.Module):
    """Embeds token ids, [B, context], as [B, embedding], not of unit length."""

    def __init__(self, geometry: Geometry, vocabulary: int, context: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, geometry.width)
        self.positional_embedding = nn.Parameter(torch.zeros(context, geometry.width))
        self.text_projection = nn.Parameter(torch.zeros(geometry.width, geometry.embedding))
        self.transformer = Transformer(geometry)
        self.ln_final = nn.LayerNorm(geometry.width)

    def forward(self, ids: Tensor) -> Tensor:
        tokens = self.token_embedding(ids) + self.positional_embedding  # [B, context, width]
        tokens = self.ln_final(self.transformer(tokens, causal=True))
        last = ids.argmax(1)  # the end of a text has the highest id of all
        embedding: Tensor = tokens[torch.arange(len(ids)), last] @ self.text_projection
        return embedding


class Transformer(nn.Module):
    """A stack of blocks, [B, N, width] to [B, N, width]."""

    def __init__(self, geometry: Geometry) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(_Block(geometry) for _ in range(geometry.layers))

    def forward(self, x: Tensor, causal: bool = False) -> Tensor:
        for block in self.resblocks:
            x = block(x, causal)
        return x


def image_tower(
    state: Mapping[str, Tensor], geometry: Geometry, patch: int, side: int = SIDE
) -> ImageTower:
    """Return the image tower with the tensors `visual.*` of the published layout.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    visual = {k.removeprefix("visual."): v for k, v in state.items() if k.startswith("visual.")}
    return filled(lambda: ImageTower(geometry, patch, side), visual)


def text_tower(
    state: Mapping[str, Tensor], geometry: Geometry, vocabulary: int, context: int
) -> TextTower:
    """Return the text tower with the tensors of the published layout that are not `visual.*`.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    elsewhere = ("visual.", "logit_scale")
    text = {k: v for k, v in state.items() if not k.startswith(elsewhere)}
    return filled(lambda: TextTower(geometry, vocabulary, context), text)


class _Block(nn.Module):
    def __init__(self, geometry: Geometry) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(geometry.width)
        self.attn = _Attention(geometry.width, geometry.heads)
        self.ln_2 = nn.LayerNorm(geometry.width)
        self.mlp = _Perceptron(geometry)

    def forward(self, x: Tensor, causal: bool) -> Tensor:
        x = x + self.attn(self.ln_1(x), causal)
        rest: Tensor = self.mlp(self.ln_2(x))
        return x + rest


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.zeros(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, causal: bool) -> Tensor:  # [B, N, width]
        joint = nn.functional.linear(x, self.in_proj_weight, self.in_proj_bias)
        by_head = joint.view(*x.shape[:2], 3, self.heads, -1)
        q, k, v = by_head.permute(2, 0, 3, 1, 4)  # [B, heads, N, width / heads] each
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        projected: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return projected


class _Perceptron(nn.Module):
    def __init__(self, geometry: Geometry) -> None:
        super().__init__()
        self.c_fc = nn.Linear(geometry.width, 4 * geometry.width)
        self.c_proj = nn.Linear(4 * geometry.width, geometry.width)
        self.quick = geometry.quick_gelu

    def forward(self, x: Tensor) -> Tensor:
        x = self.c_fc(x)
        x = (1.702 * x).sigmoid_().mul_(x) if self.quick else nn.functional.gelu(x)
        projected: Tensor = self.c_proj(x)
        return projected
