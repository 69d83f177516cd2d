"""The trainer `diff-foley`: noise in latents is predicted, told the features of the pictures.

Source: Luo et al., arXiv 2306.17203, section 3.2; Ho and Salimans, arXiv 2207.12598.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DDPMScheduler
from numpy.random import Generator
from torch import Tensor, nn

from sfbench.model.diff_foley.condition import Condition
from sfbench.model.diff_foley.mini import DENOISER
from sfbench.model.diff_foley.sampler import dpm_solver, even_times
from sfbench.model.diff_foley.schedule import BETAS, SCHEDULE, STEPS
from sfbench.model.diff_foley.settings import Settings as Sampling
from sfbench.model.diff_foley.unet import new_unet
from sfbench.model.diff_foley.vae import decode
from sfbench.model.diff_foley_training.card import Telling
from sfbench.model.diff_foley_training.latents import (
    Latents,
    Material,
    chance_of,
    draw_windows,
    gather,
)
from sfbench.model.diff_foley_training.settings import DenoiserSettings
from sfbench.model.diff_foley_training.sheet import SHOWN, draw_sheet
from sfbench.model.diff_foley_training.teach import Part, teach
from sfbench.model.settings import checked
from sfbench.model.training.progress import Goal
from sfbench.model.tuning.objective import denoising_loss
from sfbench.progress import Watch

_LOOKS = 4  # times of noise at which every clip is looked at
_NEAR = 0.1  # deviation of first positions, so that features are not drowned


class Denoiser(nn.Module):
    """The UNet, and what tells it of the features."""

    def __init__(self, settings: DenoiserSettings) -> None:
        super().__init__()
        geometry = settings.geometry
        self.unet = new_unet(geometry.unet)
        self.condition = Condition(geometry.feature, geometry.unet.context)
        nn.init.normal_(self.condition.pos_emb.weight, std=_NEAR)

    def forward(self, latents: Tensor, times: Tensor, features: Tensor, told: Tensor) -> Tensor:
        """Return the noise in latents, [B, 4, 16, 64].

        Args:
            latents: Noisy latents, [B, 4, 16, 64].
            times: Times of the diffusion, [B].
            features: Features of the pictures, [B, 32, feature].
            told: Whether they are told, [B]; otherwise the condition is zeros, as in guidance.
        """
        condition = self.condition(features) * told[:, None, None]
        noise: Tensor = self.unet(latents, times, condition).sample
        return noise


def train_denoiser(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `diff-foley.*` into `out`.

    Args:
        given: The recipe's settings; see `DenoiserSettings`.
        out: Where the network and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings or weights cannot be used, or `out` holds a training that was
            begun and `resume` does not say to go on.
    """
    settings = checked(given, DenoiserSettings)
    material = gather(settings, watch)
    torch.manual_seed(settings.seed)
    network = Denoiser(settings)
    part = Part(
        name=DENOISER,
        network=network,
        loss=partial(_loss, network, settings, material.learn),
        marks=partial(_marks, network, settings, material.check),
        goal=Goal("told"),
        sheet=partial(_sheet, network, material),
        telling=_telling(settings),
        needs=material.needs,
    )
    teach(part, settings, *material.clips, out, resume, watch)


def schedule() -> DDPMScheduler:
    """Return the schedule of noise by which Diff-Foley samples, as trainings want it."""
    first, last = BETAS
    return DDPMScheduler(STEPS, first, last, "scaled_linear", prediction_type="epsilon")


def _loss(
    network: Denoiser, settings: DenoiserSettings, latents: Latents, rng: Generator
) -> Tensor:
    places, begins = draw_windows(latents, settings.batch, rng)
    told = torch.as_tensor(rng.random(settings.batch) >= settings.drop).float()
    chance, features = chance_of(rng), latents.seen(places, begins)
    return denoising_loss(
        lambda noisy, times: network(noisy, times, features, told),
        schedule(),
        latents.heard(places, begins, chance),
        chance,
        settings.min_snr,
        settings.late,
    )


def _marks(network: Denoiser, settings: DenoiserSettings, latents: Latents) -> dict[str, float]:
    """Return the loss of clips, told their own features, nothing, and those of another clip."""
    places, begins = np.arange(len(latents)), np.zeros(len(latents), np.int64)
    seen = latents.seen(places, begins)
    asked = {"told": (seen, 1.0), "untold": (seen, 0.0), "other": (seen.roll(1, 0), 1.0)}
    marks = {}
    for name, (features, share) in asked.items():
        losses = []
        for look in range(_LOOKS):
            chance = torch.Generator("cpu").manual_seed(look)
            clean = latents.heard(places, begins, chance)
            told = torch.full((len(latents),), share)
            predict = partial(_predict, network, features, told)
            losses.append(denoising_loss(predict, schedule(), clean, chance, settings.min_snr))
        marks[name] = float(torch.stack(losses).mean())
    return marks


def _predict(
    network: Denoiser, features: Tensor, told: Tensor, noisy: Tensor, times: Tensor
) -> Tensor:
    predicted: Tensor = network(noisy, times, features, told)
    return predicted


@torch.inference_mode()
def _sheet(network: Denoiser, material: Material, folder: Path) -> None:
    """Draw the first windows of some clips: as the autoencoder gives them back, and as sampled."""
    latents, known = material.check, Sampling()
    places = np.arange(min(SHOWN, len(latents)))
    begins = np.zeros(len(places), np.int64)
    seen = latents.seen(places, begins).repeat(2, 1, 1)
    told = torch.arange(2.0).repeat_interleave(len(places))

    def guided(x: Tensor, t: float) -> Tensor:
        times = torch.full((2 * len(x),), SCHEDULE.step(t))
        free, own = network(x.repeat(2, 1, 1, 1), times, seen, told).chunk(2)
        noise: Tensor = free + known.guidance * (own - free)
        return noise

    clean = latents.heard(places, begins, torch.Generator("cpu").manual_seed(0))
    noise = torch.randn(clean.shape, generator=torch.Generator("cpu").manual_seed(1))
    made = dpm_solver(guided, noise, even_times(known.steps, SCHEDULE), SCHEDULE)
    draw_sheet(folder, *(decode(material.vae, one) for one in (clean, made)))


def _telling(settings: DenoiserSettings) -> Telling:
    size = settings.geometry.unet
    return Telling(
        title="mini Diff-Foley: denoiser",
        about=(
            "Predicts the noise in latents of 8 s of sound, told 32 features of pictures and their "
            f"positions. Diffusers' UNet, smaller: {', '.join(map(str, size.channels))} channels "
            f"per level, a condition of {size.context}."
        ),
        loss=(
            "The mean squared error of the noise, at times as likely as their power of "
            f"{settings.late:g}, counted up to a signal-to-noise ratio of {settings.min_snr:g} (0: "
            f"all alike); {settings.drop:.0%} of the clips were told nothing."
        ),
        figures={
            "told": "loss told the clip's own features",
            "untold": "loss told nothing",
            "other": "loss told another clip's features",
        },
    )
