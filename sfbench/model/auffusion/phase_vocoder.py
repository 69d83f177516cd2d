"""A vocoder that nothing was trained for: magnitudes that fit the mel image, and phases."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from sfbench.encoders.phases import griffin_lim, nonnegative_solution
from sfbench.encoders.spectrum import slaney_bands
from sfbench.model.auffusion.mel import MelImage

_FIT_ROUNDS = 20


class PhaseVocoder(nn.Module):
    """Turns log-mel spectra, [B, bands, T], into sounds, [B, T · hop], full scale at -1 and 1.

    Phases begin at numbers that depend on the seed alone, so equal spectra give equal sounds.

    Args:
        image: The mel image; its window is as long as its transform.
        rounds: Rounds of Griffin-Lim.
        seed: Where phases begin.
    """

    def __init__(self, image: MelImage, rounds: int = 24, seed: int = 0) -> None:
        super().__init__()
        self.image, self.rounds, self.seed = image, rounds, seed

    def forward(self, log_mel: Tensor) -> Tensor:
        image = self.image
        bands = slaney_bands(image.rate, image.transform, image.bands, 0.0, image.rate / 2)
        fitted = nonnegative_solution(bands.to(log_mel.device).T, log_mel.exp(), _FIT_ROUNDS)
        sounds = griffin_lim(fitted, self._phases(fitted), image.hop, self.rounds)
        # Frames of the image lie around the middles of their columns, those of the phases around
        # their beginnings.
        half = image.hop // 2
        return functional.pad(sounds, (half, image.hop - half)).clamp(-1, 1)

    def _phases(self, like: Tensor) -> Tensor:
        chance = torch.Generator("cpu").manual_seed(self.seed)
        return torch.rand(like.shape[1:], generator=chance).to(like).expand_as(like)
