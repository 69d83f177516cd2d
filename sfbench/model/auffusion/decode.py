"""Latent pictures → sounds: the autoencoder's picture, its log-mel spectrum, the vocoder.

Source: happylittlecat2333/Auffusion, auffusion_pipeline.py.
"""

from collections.abc import Iterator

import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn

from sfbench.model.auffusion.mel import from_image

_TOGETHER = 4  # pictures; eight times wider and higher, they take the most memory of all


def sounds(vae: AutoencoderKL, vocoder: nn.Module, latents: Tensor) -> Tensor:
    """Return the sounds, [B, n] at the vocoder's rate, of latent pictures, [B, 4, h, w]."""
    return torch.cat(list(_parts(vae, vocoder, latents)))


def _parts(vae: AutoencoderKL, vocoder: nn.Module, latents: Tensor) -> Iterator[Tensor]:
    for part in torch.split(latents, _TOGETHER):
        yield vocoder(from_image(picture(vae, part)))


def picture(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Return the pictures, [B, 3, H, W] in 0..1, of latent ones."""
    painted: Tensor = vae.decode(latents / vae.config.scaling_factor).sample
    return (painted / 2 + 0.5).clamp(0, 1)
