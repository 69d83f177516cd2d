"""Double guidance: towards the video by its condition, and by a classifier of alignment.

Source: Luo et al., arXiv 2306.17203, section 3.3; Ho and Salimans, arXiv 2207.12598.
"""

from dataclasses import dataclass

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from sfbench.model.diff_foley.classifier import AlignmentClassifier, alignment_gradient
from sfbench.model.diff_foley.schedule import Schedule


@dataclass(frozen=True, slots=True)
class DoubleGuidance:
    """Predicts the noise in latents; ε = ε_u + w (ε_c − ε_u) − γ σ_t ∇ log p(aligned | x).

    Attributes:
        unet: The denoiser.
        classifier: The guide.
        schedule: How much noise there is at a time.
        contexts: Conditions of both branches: zeros, then those of the videos, [2B, T, width].
        features: What the guide is given of the videos, [B, T', feature].
        guidance: w, the scale of classifier-free guidance.
        alignment: γ, the scale of the guide.
    """

    unet: UNet2DConditionModel
    classifier: AlignmentClassifier
    schedule: Schedule
    contexts: Tensor
    features: Tensor
    guidance: float
    alignment: float

    def __call__(self, x: Tensor, t: float) -> Tensor:
        """Return the noise in x at time t, both [B, 4, h, w]."""
        times = torch.full((len(x),), self.schedule.step(t), device=x.device)
        both = self.unet(x.repeat(2, 1, 1, 1), times.repeat(2), self.contexts).sample
        free, told = both.chunk(2)
        noise: Tensor = free + self.guidance * (told - free)
        if not self.alignment:
            return noise
        gradient = alignment_gradient(self.classifier, x, times, self.features)
        return noise - self.alignment * self.schedule.sigma(t) * gradient


def with_empty(condition: Tensor) -> Tensor:
    """Return the conditions of both branches, [2B, T, width]; the unconditional one is zeros."""
    return torch.cat([torch.zeros_like(condition), condition])
