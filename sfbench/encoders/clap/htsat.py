"""HTS-AT, tiny: a Swin transformer over a log-mel spectrum that is folded into a square.

Modules are named as in the checkpoints of LAION-CLAP; the AudioSet heads are left out. Source:
Chen et al., arXiv 2202.00874; LAION-AI/CLAP@1fd4c37, src/laion_clap/clap_module/htsat.py.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, interpolate, scaled_dot_product_attention

from sfbench.encoders.spectrum import spectra

BANDS = 64
SIDE = 256
WIDTH = 768

_FOLDS = SIDE // BANDS  # stretches of time that stand above each other in the square
_WINDOW = 8  # side of what attends to itself, in patches
_APART = -100.0  # added to the attention of what is not next to each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """The sizes of a network; the defaults are the published ones.

    Attributes:
        transform: Length of the Fourier transform and its window, in samples.
        hop: Samples from spectrum to spectrum.
        patch: Side of a patch.
        width: Width of the first stage; every next one is twice as wide.
        depths: Blocks of the stages.
        heads: Attention heads of the stages.
    """

    transform: int = 1024
    hop: int = 480
    patch: int = 4
    width: int = 96
    depths: tuple[int, ...] = (2, 2, 6, 2)
    heads: tuple[int, ...] = (4, 8, 16, 32)

    @property
    def embedding(self) -> int:
        """Width of the last stage."""
        return self.width << (len(self.depths) - 1)


PUBLISHED = Geometry()


class Htsat(nn.Module):
    """Embeds 10 s, [B, n], as [B, embedding]: [B, 480000] at 48 kHz as [B, 768].

    Args:
        geometry: Its sizes.
    """

    window: Tensor
    bands: Tensor

    def __init__(self, geometry: Geometry = PUBLISHED) -> None:
        super().__init__()
        self.hop = geometry.hop
        self.register_buffer("window", torch.empty(geometry.transform))
        self.register_buffer("bands", torch.empty(geometry.transform // 2 + 1, BANDS))
        self.bn0 = nn.BatchNorm2d(BANDS)
        self.patch_embed = _Patches(geometry)
        stages = range(len(geometry.depths))
        self.layers = nn.Sequential(*(_Stage(geometry, number) for number in stages))
        self.norm = nn.LayerNorm(geometry.embedding)

    def log_mel(self, sounds: Tensor) -> Tensor:
        """Return power in mel bands in dB, [B, T, 64], of sounds, [B, n]; T = n // hop + 1."""
        power = spectra(sounds, self.window, self.hop).abs().square()
        return 10 * torch.log10((power @ self.bands).clamp(min=1e-10))

    def forward(self, sounds: Tensor) -> Tensor:
        return self.embed(self.log_mel(sounds))

    def embed(self, log_mel: Tensor) -> Tensor:
        """Return the embedding of power in mel bands in dB, [B, T, 64], T <= 1024."""
        x = self.bn0(log_mel.transpose(1, 2)[..., None])  # [B, 64, T, 1]
        x = self.layers(self.patch_embed(square(x.squeeze(-1))))  # [B, 8, 8, 768]
        embedding: Tensor = self.norm(x).mean((1, 2))
        return embedding


def square(spectrum: Tensor) -> Tensor:
    """Return spectra, [B, 64, T], T <= 1024, as [B, 1, 256, 256]: four quarters, early on top.

    Time is first stretched to 1024 frames by bicubic interpolation.
    """
    frames = SIDE * _FOLDS
    tall = spectrum.transpose(1, 2)[:, None]  # [B, 1, T, 64]
    if tall.shape[2] < frames:
        tall = interpolate(tall, (frames, BANDS), mode="bicubic", align_corners=True)
    folded = tall.view(-1, _FOLDS, SIDE, BANDS).transpose(2, 3)  # [B, 4, 64, 256]
    return folded.reshape(-1, 1, SIDE, SIDE)


class _Patches(nn.Module):
    def __init__(self, geometry: Geometry) -> None:
        super().__init__()
        self.proj = nn.Conv2d(1, geometry.width, geometry.patch, stride=geometry.patch)
        self.norm = nn.LayerNorm(geometry.width)

    def forward(self, x: Tensor) -> Tensor:
        patches: Tensor = self.norm(self.proj(x).permute(0, 2, 3, 1))  # [B, 64, 64, 96]
        return patches


class _Stage(nn.Module):
    def __init__(self, geometry: Geometry, number: int) -> None:
        super().__init__()
        width, side = geometry.width << number, SIDE // geometry.patch >> number
        heads = geometry.heads[number]
        self.blocks = nn.Sequential(
            *(
                _Block(width, heads, side, shifted=bool(place % 2) and side > _WINDOW)
                for place in range(geometry.depths[number])
            )
        )
        last = number == len(geometry.depths) - 1
        self.downsample = nn.Identity() if last else _Merging(width)

    def forward(self, x: Tensor) -> Tensor:  # [B, side, side, width]
        merged: Tensor = self.downsample(self.blocks(x))
        return merged


class _Block(nn.Module):
    """Attention within windows; every second block's windows lie half a window further."""

    attn_mask: Tensor

    def __init__(self, width: int, heads: int, side: int, shifted: bool) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = _Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = _Perceptron(width)
        self.shift = _WINDOW // 2 if shifted else 0
        if shifted:
            windows, patches = (side // _WINDOW) ** 2, _WINDOW**2
            self.register_buffer("attn_mask", torch.empty(windows, patches, patches))

    def forward(self, x: Tensor) -> Tensor:  # [B, side, side, width]
        seen = torch.roll(self.norm1(x), (-self.shift, -self.shift), (1, 2))
        mask = self.attn_mask if self.shift else None
        answer = _unwindowed(self.attn(_windowed(seen), mask), x.shape[1])
        x = x + torch.roll(answer, (self.shift, self.shift), (1, 2))
        rest: Tensor = self.mlp(self.norm2(x))
        return x + rest


class _Attention(nn.Module):
    relative_position_index: Tensor

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        patches, offsets = _WINDOW**2, (2 * _WINDOW - 1) ** 2
        self.relative_position_bias_table = nn.Parameter(torch.empty(offsets, heads))
        index = torch.empty(patches, patches, dtype=torch.long)
        self.register_buffer("relative_position_index", index)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:  # [B, windows, 64, width]
        joint = self.qkv(x).view(*x.shape[:3], 3, self.heads, -1)
        # Windows count as heads: attention over four axes has a fast kernel.
        q, k, v = joint.permute(3, 0, 1, 4, 2, 5).flatten(2, 3)  # [B, windows · heads, 64, …] each
        bias = self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)
        each = bias.expand(x.shape[1], *bias.shape) if mask is None else bias + mask[:, None]
        mixed = scaled_dot_product_attention(q, k, v, attn_mask=each.flatten(0, 1)[None])
        by_window = mixed.view(*x.shape[:2], self.heads, *mixed.shape[2:]).transpose(2, 3)
        projected: Tensor = self.proj(by_window.flatten(3))
        return projected


class _Perceptron(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.fc2(gelu(self.fc1(x)))
        return projected


class _Merging(nn.Module):
    """Four neighbouring patches become one of twice the width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)
        self.norm = nn.LayerNorm(4 * width)

    def forward(self, x: Tensor) -> Tensor:  # [B, side, side, width]
        half = x.shape[1] // 2
        fours = x.view(-1, half, 2, half, 2, x.shape[3]).permute(0, 1, 3, 4, 2, 5).flatten(3)
        merged: Tensor = self.reduction(self.norm(fours))
        return merged


def fixed(geometry: Geometry) -> dict[str, Tensor]:
    """Return the tensors of attention that no training changes, by name.

    They are the offset between any two patches of a window, counted through, and -100 where
    patches of a shifted window were not next to each other before.
    """
    tensors = {}
    for stage, depth in enumerate(geometry.depths):
        side = SIDE // geometry.patch >> stage
        for block in range(depth):
            name = f"layers.{stage}.blocks.{block}"
            tensors[f"{name}.attn.relative_position_index"] = _offsets()
            if block % 2 and side > _WINDOW:
                tensors[f"{name}.attn_mask"] = _mask(side)
    return tensors


def _offsets() -> Tensor:
    """Return which offset lies between two patches of a window, [64, 64]."""
    places = torch.cartesian_prod(torch.arange(_WINDOW), torch.arange(_WINDOW))
    down, right = (places[:, None] - places + _WINDOW - 1).unbind(-1)
    return down * (2 * _WINDOW - 1) + right


def _mask(side: int) -> Tensor:
    """Return what is added to the attention of shifted windows, [windows, 64, 64]."""
    band = torch.zeros(side)
    band[side - _WINDOW :] = 1
    band[side - _WINDOW // 2 :] = 2
    region = _windowed((3 * band[:, None] + band)[None, :, :, None])[0, :, :, 0]
    return (region[:, :, None] != region[:, None]) * _APART


def _windowed(x: Tensor) -> Tensor:
    """Return patches, [B, side, side, width], by window, [B, windows, 64, width]."""
    batch, side, _, width = x.shape
    count = side // _WINDOW
    tiles = x.view(batch, count, _WINDOW, count, _WINDOW, width).transpose(2, 3)
    return tiles.reshape(batch, count**2, _WINDOW**2, width)


def _unwindowed(x: Tensor, side: int) -> Tensor:
    """Return what `_windowed` took apart, [B, side, side, width]."""
    batch, width, count = x.shape[0], x.shape[3], side // _WINDOW
    tiles = x.view(batch, count, count, _WINDOW, _WINDOW, width).transpose(2, 3)
    return tiles.reshape(batch, side, side, width)
