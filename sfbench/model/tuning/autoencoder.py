"""The trainer `autoencoder`: mel images as small latent pictures, and back.

Source: Kingma and Welling, arXiv 1312.6114; Rombach et al., arXiv 2112.10752, section 3.1.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.random import Generator
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from sfbench.encoders.cache import EmbeddingCache
from sfbench.model.settings import checked
from sfbench.model.training.texture import texture_error
from sfbench.model.tuning.export import save_part
from sfbench.model.tuning.materials import gather
from sfbench.model.tuning.pack import asked_of
from sfbench.model.tuning.part import train_part
from sfbench.model.tuning.prepare import Ready, images
from sfbench.model.tuning.settings import AutoencoderSettings
from sfbench.model.tuning.tune import Study
from sfbench.progress import Watch

NAME = "autoencoder"

_MEASURED = 64  # clips by which latents are brought to unit variance


def train_autoencoder(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `autoencoder.*` into `out`.

    Args:
        given: The recipe's settings; see `AutoencoderSettings`.
        out: Where the autoencoder and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: Settings, weights or data cannot be used, or `out` holds a training that was
            begun and `resume` does not say to go on.
    """
    settings = checked(given, AutoencoderSettings)
    parts = () if settings.anew else (NAME,)
    materials = gather(settings, out, watch, digest=images, parts=parts)
    if settings.anew:
        torch.manual_seed(settings.seed)
        fresh = AutoencoderKL.from_config(dict(materials.networks.vae.config))
        materials = replace(materials, networks=replace(materials.networks, vae=fresh))
    vae = materials.networks.vae.to(materials.accelerator.device).requires_grad_(True)
    for part in (vae.encoder, vae.quant_conv) if settings.learn == "decoder" else ():
        part.requires_grad_(False)
    learner = Recoder(vae, materials.cache, settings).to(vae.device)
    study = Study(
        name=NAME,
        learner=learner,
        learn=materials.learn,
        check=materials.check,
        asked=asked_of(NAME, settings, materials),
    )

    def export(folder: Path) -> Path:
        if settings.learn == "both":
            standardise(vae, learner.moments(materials.learn[:_MEASURED]))
        return save_part({"": vae}, folder / f"{NAME}.safetensors", half=settings.half)

    train_part(study, materials, settings, export, out, resume, watch)


class Recoder(nn.Module):
    """Answers clips with the loss of their mel images, coded and decoded.

    Args:
        vae: The autoencoder.
        cache: Where images are.
        settings: The settings.
    """

    def __init__(
        self, vae: AutoencoderKL, cache: EmbeddingCache, settings: AutoencoderSettings
    ) -> None:
        super().__init__()
        self.trained = nn.ModuleDict({"autoencoder": vae})
        self.vae, self.cache, self.settings = vae, cache, settings

    def forward(self, ready: Sequence[Ready], rng: Generator, during: ExitStack) -> Tensor:
        """Return the loss of a batch: absolute error, divergence of latents, error of texture."""
        pictures = self._pictures(ready, rng if self.training else None)
        chance = torch.Generator("cpu").manual_seed(int(rng.integers(2**63)))
        latent = self.vae.encode(pictures).latent_dist
        decoded = self.vae.decode(latent.sample(generator=chance)).sample
        far = latent.kl().mean() / latent.mean[0].numel()
        loss: Tensor = l1_loss(decoded, pictures) + self.settings.narrow * far
        if self.settings.texture:
            loss = loss + self.settings.texture * texture_error(pictures, decoded)
        return loss

    def moments(self, ready: Sequence[Ready]) -> Tensor:
        """Return mean and log-variance of the latents of clips, [B, 2 channels, h, w]."""
        with torch.no_grad():
            rows = [self.vae.encode(self._pictures([one])).latent_dist for one in ready]
        return torch.cat([one.parameters for one in rows])

    def _pictures(self, ready: Sequence[Ready], rng: Generator | None = None) -> Tensor:
        """Return mel images, [B, 3, bands, columns] in -1..1, cut by chance while it learns."""
        kept = [self.cache.get(one.latent)["image"] for one in ready]
        if rng is not None:
            width = min(self.settings.columns, kept[0].shape[1])
            begins = rng.integers(kept[0].shape[1] - width + 1, size=len(kept))
            kept = [image[:, at : at + width] for image, at in zip(kept, begins, strict=True)]
        images = torch.from_numpy(np.stack(kept)).float()[:, None].expand(-1, 3, -1, -1)
        return 2 * images.to(self.vae.device) - 1


@torch.no_grad()
def standardise(vae: AutoencoderKL, moments: Tensor) -> None:
    """Let each channel of the latents have mean 0 and variance 1, by the last and first kernels.

    Args:
        vae: The autoencoder; what it decodes stays the same.
        moments: Mean and log-variance of latents of some sounds, [B, 2 channels, h, w].
    """
    mean, spread = moments.chunk(2, 1)
    middle = mean.mean((0, 2, 3))
    wide = (mean.var((0, 2, 3)) + spread.exp().mean((0, 2, 3))).sqrt()
    count = len(middle)
    ahead, behind = vae.quant_conv, vae.post_quant_conv
    behind.bias += (behind.weight[:, :, 0, 0] * middle).sum(1)
    behind.weight *= wide[:, None, None]
    ahead.bias[:count] = (ahead.bias[:count] - middle) / wide
    ahead.weight[:count] /= wide[:, None, None, None]
    ahead.bias[count:] -= 2 * wide.log()
