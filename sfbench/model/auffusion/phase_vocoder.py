"""A vocoder that nothing was trained for: noise that is made to fit the mel image, and phases.

A wide band tells no more than its mean. Spread evenly, as by least squares, that is the spectrum of
no noise: rain, tyres and jets sound like machines. Noise has the right grain to begin with.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from sfbench.encoders.phases import griffin_lim, nonnegative_near
from sfbench.encoders.spectrum import slaney_bands, spectra
from sfbench.model.auffusion.mel import MelImage

_FIT_ROUNDS, _PHASE_ROUNDS = 20, 16
_SEED = 0  # of the noise


class PhaseVocoder(nn.Module):
    """Turns log-mel spectra, [B, bands, T], into sounds, [B, T · hop], full scale at -1 and 1.

    Every sound begins as the same noise, so equal spectra give equal sounds.

    Args:
        image: The mel image; its window is as long as its transform.
    """

    def __init__(self, image: MelImage) -> None:
        super().__init__()
        self.image = image

    def forward(self, log_mel: Tensor) -> Tensor:
        image = self.image
        bands = slaney_bands(image.rate, image.transform, image.bands, 0.0, image.rate / 2)
        noise = self._noise(log_mel)
        fitted = nonnegative_near(noise.abs(), bands.to(log_mel).T, log_mel.exp(), _FIT_ROUNDS)
        phases = noise.angle() / (2 * torch.pi)
        sounds = griffin_lim(fitted, phases.expand_as(fitted), image.hop, _PHASE_ROUNDS)
        # Frames of the image lie around the middles of their columns, those of the phases around
        # their beginnings.
        half = image.hop // 2
        return functional.pad(sounds, (half, image.hop - half)).clamp(-1, 1)

    def _noise(self, like: Tensor) -> Tensor:
        """Return the spectra of white noise, [bins, T]."""
        image, columns = self.image, like.shape[-1]
        chance = torch.Generator("cpu").manual_seed(_SEED)
        sound = torch.randn(1, (columns - 1) * image.hop, generator=chance).to(like)
        window = torch.hann_window(image.transform).to(like)
        return spectra(sound, window, image.hop)[0].T
