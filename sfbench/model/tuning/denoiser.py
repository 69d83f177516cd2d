"""What learns to predict noise: one part of the networks, the others frozen."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import torch
from diffusers import DDPMScheduler
from numpy.random import Generator
from torch import Tensor, nn

from sfbench.encoders.cache import EmbeddingCache
from sfbench.model.foleycrafter.denoise import told
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.tuning.given import conditions_of, given_of, latents_of, left_out
from sfbench.model.tuning.objective import denoising_loss
from sfbench.model.tuning.prepare import Ready
from sfbench.model.tuning.settings import DenoisingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Drops:
    """Shares of clips whose conditions are left out: text alone, pictures alone, both."""

    text: float
    image: float = 0.0
    both: float = 0.0


class Denoiser(nn.Module):
    """Answers clips with their loss; of all networks only `trained` is a module of it.

    Args:
        trained: The part that learns, in the place of one of the networks.
        networks: All networks.
        settings: The settings.
        cache: Where latents and embeddings are.
        drops: Which conditions are left out while it learns.
        timed: Whether it is told when it sounds.
    """

    def __init__(
        self,
        trained: nn.Module,
        networks: Networks,
        settings: DenoisingSettings,
        cache: EmbeddingCache,
        drops: Drops,
        *,
        timed: bool,
    ) -> None:
        super().__init__()
        self.trained = trained
        self.networks, self.settings, self.cache = networks, settings, cache
        self.drops, self.timed = drops, timed
        self.schedule = training_schedule(networks)

    def forward(self, ready: Sequence[Ready], rng: Generator, during: ExitStack) -> Tensor:
        """Return the loss of a batch.

        Args:
            ready: The clips.
            rng: Source of chance.
            during: Holds what the networks remember of the conditions; to be closed after the
                gradients are made, since checkpointing computes activations again.
        """
        networks = self.networks
        given = given_of(ready, networks, self.cache, timed=self.timed)
        if self.training:
            given = left_out(given, rng, self.drops.text, self.drops.image, self.drops.both)
        chance = torch.Generator("cpu").manual_seed(int(rng.integers(2**63)))
        latents = latents_of(ready, networks, self.cache, chance).to(networks.unet.device)
        control = networks.controlnet if self.timed else None
        conditions = conditions_of(given, networks, self.settings.networks)
        predict = during.enter_context(told(networks.unet, control, conditions))
        settings = self.settings
        return denoising_loss(
            predict, self.schedule, latents, chance, settings.min_snr, settings.late
        )


def training_schedule(networks: Networks) -> DDPMScheduler:
    """Return the schedule of noise that the base model was trained by."""
    known = networks.scheduler
    return DDPMScheduler.from_config({key: known[key] for key in known if key[0] != "_"})
