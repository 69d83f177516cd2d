"""HiFi-GAN: sound from log-mel spectra.

Source: Kong et al., arXiv 2010.05646; happylittlecat2333/Auffusion, converter.py, whose kernels
need not be even multiples of their strides.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional

from sfbench.encoders.fill import filled

_SLOPE = 0.1
_LAST_SLOPE = 0.01


class VocoderConfig(msgspec.Struct, frozen=True):
    """What the published `config.json` says of the network; the rest of it is about training."""

    num_mels: int
    upsample_rates: tuple[int, ...] = ()
    upsample_kernel_sizes: tuple[int, ...] = ()
    upsample_initial_channel: int = 0
    resblock_kernel_sizes: tuple[int, ...] = ()
    resblock_dilation_sizes: tuple[tuple[int, ...], ...] = ()
    sampling_rate: int = 16_000
    hop_size: int = 160
    n_fft: int = 2048
    win_size: int = 1024


class Vocoder(nn.Module):
    """Turns log-mel spectra, [B, bands, T], into sounds, [B, T · hop], full scale at -1 and 1."""

    def __init__(self, config: VocoderConfig) -> None:
        super().__init__()
        width = config.upsample_initial_channel
        self.conv_pre = nn.Conv1d(config.num_mels, width, 7, padding=3)
        self.ups, self.resblocks = nn.ModuleList(), nn.ModuleList()
        for rate, kernel in zip(config.upsample_rates, config.upsample_kernel_sizes, strict=True):
            self.ups.append(_upsampler(width, rate, kernel))
            width //= 2
            self.resblocks.extend(
                _Block(width, *sizes)
                for sizes in zip(
                    config.resblock_kernel_sizes, config.resblock_dilation_sizes, strict=True
                )
            )
        self.conv_post = nn.Conv1d(width, 1, 7, padding=3)
        self.parallel = len(config.resblock_kernel_sizes)

    def forward(self, log_mel: Tensor) -> Tensor:
        x = self.conv_pre(log_mel)
        for number, up in enumerate(self.ups):
            x = up(functional.leaky_relu(x, _SLOPE))
            blocks = self.resblocks[number * self.parallel : (number + 1) * self.parallel]
            x = sum(block(x) for block in blocks) / self.parallel
        sounds: Tensor = self.conv_post(functional.leaky_relu(x, _LAST_SLOPE)).tanh()[:, 0]
        return sounds


class _Block(nn.Module):
    def __init__(self, width: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(_conv(width, kernel, dilation) for dilation in dilations)
        self.convs2 = nn.ModuleList(_conv(width, kernel, 1) for _ in dilations)

    def forward(self, x: Tensor) -> Tensor:
        for first, second in zip(self.convs1, self.convs2, strict=True):
            inner = first(functional.leaky_relu(x, _SLOPE))
            x = x + second(functional.leaky_relu(inner, _SLOPE))
        return x


def vocoder(config: Mapping[str, Any], state: Mapping[str, Tensor]) -> Vocoder:
    """Return the vocoder of a published `config.json` and `vocoder.pt`.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    known = msgspec.convert(dict(config), VocoderConfig)
    return filled(lambda: Vocoder(known), without_weight_norm(state))


def without_weight_norm(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a state in which direction `weight_v` and length `weight_g` are one `weight`."""
    plain = {}
    for key, value in state.items():
        if key.endswith("weight_v"):
            length = torch.linalg.vector_norm(value, dim=tuple(range(1, value.ndim)), keepdim=True)
            scaled = value * (state[f"{key[:-1]}g"] / length)
            plain[key.removesuffix("_v")] = scaled
        elif not key.endswith("weight_g"):
            plain[key] = value
    return plain


def _upsampler(width: int, rate: int, kernel: int) -> nn.ConvTranspose1d:
    odd = (kernel - rate) % 2
    padding = (kernel - rate) // 2 + odd
    return nn.ConvTranspose1d(width, width // 2, kernel, rate, padding=padding, output_padding=odd)


def _conv(width: int, kernel: int, dilation: int) -> nn.Conv1d:
    return nn.Conv1d(width, width, kernel, dilation=dilation, padding=dilation * (kernel - 1) // 2)
