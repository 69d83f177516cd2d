"""The transformer of PaSST: patches of a spectrum, a class token and a distillation token.

Modules are named as in the published checkpoints, whose second classifier (`head_dist`), used in
training alone, is left out. Source: Koutini et al., "Efficient Training of Audio Transformers with
Patchout", arXiv 2110.05069; kkoutini/passt_hear21@5f1cce6, hear21passt/models/passt.py.
"""

import torch
from torch import Tensor, nn

EMBEDDING, CLASSES = 768, 527

_HEADS = 12
_PATCH, _STRIDE = 16, 10
_GRID = (12, 99)  # patches over 128 bands and 1000 frames
_EPSILON = 1e-6


class PasstNetwork(nn.Module):
    """Embeds log-mel spectra of ten seconds, [B, 128, 1000], and classifies them.

    Args:
        depth: Number of blocks.
    """

    def __init__(self, depth: int = 12) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, EMBEDDING))
        self.dist_token = nn.Parameter(torch.zeros(1, 1, EMBEDDING))
        self.new_pos_embed = nn.Parameter(torch.zeros(1, 2, EMBEDDING))
        self.freq_new_pos_embed = nn.Parameter(torch.zeros(1, EMBEDDING, _GRID[0], 1))
        self.time_new_pos_embed = nn.Parameter(torch.zeros(1, EMBEDDING, 1, _GRID[1]))
        self.patch_embed = _Patches()
        self.blocks = nn.Sequential(*(_Block() for _ in range(depth)))
        self.norm = nn.LayerNorm(EMBEDDING, _EPSILON)
        self.head = nn.Sequential(nn.LayerNorm(EMBEDDING), nn.Linear(EMBEDDING, CLASSES))

    def forward(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        """Return embeddings, the mean of the two tokens, [B, 768], and logits, [B, 527]."""
        seen = self.norm(self.blocks(self.tokens(log_mel)))
        embedding = (seen[:, 0] + seen[:, 1]) / 2
        return embedding, self.head(embedding)

    def tokens(self, log_mel: Tensor) -> Tensor:
        """Return what the first block sees: the two tokens, then patches, [B, 1190, 768]."""
        patches = self.patch_embed(log_mel) + self.time_new_pos_embed + self.freq_new_pos_embed
        first = torch.cat([self.cls_token, self.dist_token], 1) + self.new_pos_embed
        sequence = patches.flatten(2).transpose(1, 2)
        return torch.cat([first.expand(len(sequence), -1, -1), sequence], 1)


class _Patches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.proj = nn.Conv2d(1, EMBEDDING, _PATCH, _STRIDE)

    def forward(self, log_mel: Tensor) -> Tensor:  # [B, 768, 12, 99]
        patches: Tensor = self.proj(log_mel[:, None])
        return patches


class _Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(EMBEDDING, _EPSILON)
        self.attn = _Attention()
        self.norm2 = nn.LayerNorm(EMBEDDING, _EPSILON)
        self.mlp = _Perceptron()

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        rest: Tensor = self.mlp(self.norm2(x))
        return x + rest


class _Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(EMBEDDING, 3 * EMBEDDING)
        self.proj = nn.Linear(EMBEDDING, EMBEDDING)

    def forward(self, x: Tensor) -> Tensor:  # [B, N, 768]
        by_head = self.qkv(x).view(*x.shape[:2], 3, _HEADS, -1)
        q, k, v = by_head.permute(2, 0, 3, 1, 4)  # [B, heads, N, 64] each
        mixed = nn.functional.scaled_dot_product_attention(q, k, v)
        projected: Tensor = self.proj(mixed.transpose(1, 2).flatten(2))
        return projected


class _Perceptron(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(EMBEDDING, 4 * EMBEDDING)
        self.fc2 = nn.Linear(4 * EMBEDDING, EMBEDDING)

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.fc2(nn.functional.gelu(self.fc1(x)))
        return projected
