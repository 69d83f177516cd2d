"""The picture that Auffusion paints: sounds as log-mel images, and back.

Source: Xue et al., arXiv 2401.01044; happylittlecat2333/Auffusion, converter.py.
"""

from dataclasses import dataclass
from math import log

import torch
from torch import Tensor
from torch.nn import functional

from sfbench.encoders.spectrum import slaney_bands

_LOW, _HIGH = log(1e-5), log(200.0)  # black and white
_PEAK = 0.95
_POWER_FLOOR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class MelImage:
    """Sizes of the picture of a sound.

    Attributes:
        bands: Rows: mel bands from 0 Hz to half the rate, the highest on top.
        columns: Columns of the canvas.
        rate: Sample rate, in Hz.
        hop: Samples from column to column.
        transform: Length of the Fourier transform.
        window: Length of the Hann window.
    """

    bands: int = 256
    columns: int = 1024
    rate: int = 16_000
    hop: int = 160
    transform: int = 2048
    window: int = 1024

    @property
    def per_second(self) -> float:
        """Columns for each second."""
        return self.rate / self.hop

    def log_mel(self, sounds: Tensor) -> Tensor:
        """Return log-mel spectra, [B, bands, T], of sounds, [B, n] at `rate`; T = n // hop.

        Each sound is first brought to a peak of 0.95, so its level is lost; silence stays silence.
        """
        peaks = sounds.abs().amax(1, keepdim=True)
        sounds = torch.where(peaks > 0, _PEAK * sounds / peaks.clamp(min=1e-30), sounds)
        margin = (self.transform - self.hop) // 2
        padded = functional.pad(sounds[:, None], (margin, margin), mode="reflect")[:, 0]
        spectra = torch.stft(
            padded,
            self.transform,
            self.hop,
            self.window,
            torch.hann_window(self.window, device=sounds.device),
            center=False,
            return_complex=True,
        )
        magnitude = (spectra.real**2 + spectra.imag**2 + _POWER_FLOOR).sqrt()
        bands = slaney_bands(self.rate, self.transform, self.bands, 0.0, self.rate / 2)
        return (bands.to(sounds.device).T @ magnitude).clamp(min=1e-5).log()

    def canvas(self, image: Tensor) -> Tensor:
        """Return an image, [..., T], cut or filled with silence to the canvas, [..., columns]."""
        missing = self.columns - image.shape[-1]
        return functional.pad(image, (0, missing)) if missing > 0 else image[..., : self.columns]


def to_image(log_mel: Tensor) -> Tensor:
    """Return an image, [B, 3, bands, T] in 0..1, of log-mel spectra, [B, bands, T].

    The highest band is the first row; what is out of range is clamped; the channels are equal.
    """
    image = (log_mel.clamp(_LOW, _HIGH) - _LOW) / (_HIGH - _LOW)
    return image.flip(-2)[:, None].expand(-1, 3, -1, -1)


def from_image(image: Tensor) -> Tensor:
    """Return the log-mel spectra, [B, bands, T], of images, [B, channels, bands, T] in 0..1.

    Only the first channel counts.
    """
    return image[:, 0].flip(-2) * (_HIGH - _LOW) + _LOW
