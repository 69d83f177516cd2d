"""The trainer `diff-foley-vae`: mel spectrograms in, a small autoencoder with its card out.

The mean absolute error of the spectrogram and a little divergence, as latent diffusion's, with an
error of texture for its adversary.

Source: Rombach et al., arXiv 2112.10752; Luo et al., arXiv 2306.17203.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from sfbench.model.diff_foley.geometry import DOWN
from sfbench.model.diff_foley.mini import VAE
from sfbench.model.diff_foley.vae import SCALE, decode, encode, new_vae
from sfbench.model.diff_foley_training.card import Telling
from sfbench.model.diff_foley_training.clips import Clips, draw_both
from sfbench.model.diff_foley_training.settings import VaeSettings
from sfbench.model.diff_foley_training.sheet import SHOWN, draw_sheet
from sfbench.model.diff_foley_training.teach import Part, teach
from sfbench.model.settings import checked
from sfbench.model.training.progress import Goal
from sfbench.model.training.texture import texture_error
from sfbench.progress import Watch

_DECIBELS = 100  # from 0 to 1 of a spectrogram
_MEASURED = 256  # clips by which latents are measured
_TOGETHER = 8


def train_vae(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `diff-foley-vae.*` into `out`.

    Args:
        given: The recipe's settings; see `VaeSettings`.
        out: Where the autoencoder and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings cannot be used, or `out` holds a training that was begun and
            `resume` does not say to go on.
    """
    settings = checked(given, VaeSettings)
    learn, check = draw_both(settings, watch)
    torch.manual_seed(settings.seed)
    network = new_vae(settings.geometry.vae)
    part = Part(
        name=VAE,
        network=network,
        loss=partial(_loss, network, settings, learn),
        marks=partial(_marks, network, check),
        goal=Goal("error_db"),
        sheet=partial(_sheet, network, check),
        finish=lambda: scale_latents(network, learn.mels),
        telling=_telling(settings),
    )
    teach(part, settings, learn, check, out, resume, watch)


def _loss(network: AutoencoderKL, settings: VaeSettings, clips: Clips, rng: Generator) -> Tensor:
    places = rng.integers(len(clips), size=settings.batch)
    begins = rng.integers(clips.mels.shape[2] - settings.columns + 1, size=settings.batch)
    cut = [
        clips.mels[place, :, begin : begin + settings.columns]
        for place, begin in zip(places, begins, strict=True)
    ]
    spectrograms = torch.as_tensor(np.stack(cut).astype(np.float32))
    mean, logvar = encode(network, spectrograms)
    drawn = mean + (logvar / 2).exp() * torch.randn_like(mean)
    decoded, true = network.decode(drawn).sample, spectrograms[:, None]
    error = (decoded - true).abs().mean() + settings.texture * texture_error(true, decoded)
    divergence = 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
    loss: Tensor = error + settings.divergence * divergence
    return loss


@torch.inference_mode()
def moments(network: AutoencoderKL, mels: NDArray[np.float16]) -> tuple[Tensor, Tensor]:
    """Return mean and log variance of latents of mel spectrograms, not scaled, [N, 4, 16, 78]."""
    whole = mels.shape[2] // DOWN * DOWN
    parts = [
        encode(network, torch.from_numpy(mels[begin : begin + _TOGETHER, :, :whole]).float())
        for begin in range(0, len(mels), _TOGETHER)
    ]
    mean, logvar = (torch.cat(side) for side in zip(*parts, strict=True))
    return mean, logvar


@torch.no_grad()
def scale_latents(network: AutoencoderKL, mels: NDArray[np.float16]) -> None:
    """Give latents mean 0 and deviation 1 / `SCALE` in each channel; what is decoded stays.

    Both are the work of the two 1 × 1 convolutions around the latent, which are changed.
    """
    mean, _ = moments(network.eval(), mels[:_MEASURED])
    channels = mean.transpose(0, 1).flatten(1)
    middle, factor = channels.mean(1), 1 / (SCALE * channels.std(1))
    count = len(middle)
    into, out = network.quant_conv, network.post_quant_conv
    into.weight[:count] *= factor[:, None, None, None]
    into.bias[:count] = (into.bias[:count] - middle) * factor
    into.bias[count:] += 2 * factor.log()
    out.bias += out.weight[:, :, 0, 0] @ middle
    out.weight /= factor[:, None, None]


def _marks(network: AutoencoderKL, clips: Clips) -> dict[str, float]:
    """Return how far off spectrograms come back, in dB: by absolute error and in level."""
    true, back = _there_and_back(network, clips.mels)
    off = _DECIBELS * (back - true)
    return {"error_db": float(off.abs().mean()), "level_db": float(off.mean((1, 2)).abs().mean())}


@torch.inference_mode()
def _there_and_back(network: AutoencoderKL, mels: NDArray[np.float16]) -> tuple[Tensor, Tensor]:
    """Return spectrograms, and as they come back, [N, 128, 624] each."""
    whole = mels.shape[2] // DOWN * DOWN
    mean, _ = moments(network, mels)
    back = torch.cat([decode(network, SCALE * one) for one in torch.split(mean, _TOGETHER)])
    return torch.from_numpy(mels[:, :, :whole]).float(), back


def _sheet(network: AutoencoderKL, clips: Clips, folder: Path) -> None:
    draw_sheet(folder, *_there_and_back(network, clips.mels[:SHOWN]))


def _telling(settings: VaeSettings) -> Telling:
    return Telling(
        title="mini Diff-Foley: autoencoder",
        about=(
            "Mel spectrograms as latents of a 16th of their numbers, and back. Diffusers' class, "
            f"smaller: {', '.join(map(str, settings.geometry.vae))} channels per level."
        ),
        loss=(
            f"Stretches of {settings.columns} mel frames learnt by mean absolute error and "
            f"{settings.divergence:g} of the divergence, both as means, and by "
            f"{settings.texture:g} of how much rougher or smoother they come back. "
            "Then the layers around the latent were scaled, so that each channel has mean 0 and "
            f"deviation 1 once it is multiplied by {SCALE}."
        ),
        figures={
            "error_db": "mean absolute error of the spectrogram, dB",
            "level_db": "... of its mean level over a clip, dB",
        },
    )
