"""Melception: embedding and VGGSound logits (309 classes) of the mel picture of ten seconds.

Source: Iashin and Rahtu, "Taming Visually Guided Sound Generation", arXiv 2110.08791;
v-iashin/SpecVQGAN@33c601d, feature_extraction/extract_mel_spectrogram.py,
specvqgan/modules/losses/vggishish/transforms.py and evaluation/feature_extractors/melception.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sfbench.encoders.batch import require_length
from sfbench.encoders.checkpoints import MELCEPTION, MELCEPTION_STATISTICS, here, read_checkpoint
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.fill import filled
from sfbench.encoders.inception import EMBEDDING, Inception
from sfbench.encoders.spectrum import slaney_bands, spectra

CLASSES = 309
RATE = 22_050
SECONDS = 10

_WINDOW, _HOP = 1024, 256
_BANDS, _LOW, _HIGH = 80, 125.0, 7600.0
_FRAMES, _CROP = 860, 848
_AT_ONCE = 4  # sounds; a layer's output takes up to 17 MB

Statistics = NDArray[np.float32]  # [80, 2]: mean and deviation over time of each band in training


@dataclass(frozen=True, slots=True)
class Melception:
    """Embeds a sound as `embedding`, [1, 2048], and `logits`, [1, 309], before the softmax.

    Only the first ten seconds count; a shorter sound is followed by silence, as in training.
    """

    network: Inception
    statistics: Statistics
    device: str = "cpu"
    name: str = "melception"
    signature: str = "melception309-21-05-10-22k|first-10s|848-frames|2048d|309-logits"
    rate: int = RATE
    outputs: Mapping[str, int] = field(
        default_factory=lambda: {"embedding": EMBEDDING, "logits": CLASSES}
    )

    @torch.inference_mode()
    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at 22.05 kHz, its `embedding` and its `logits`.

        Raises:
            ClipError: A sound has no samples.
        """
        require_length(sounds, 1, self.rate, self.name)
        answers: list[Outputs] = []
        for begin in range(0, len(sounds), _AT_ONCE):
            batch = _ten_seconds(sounds[begin : begin + _AT_ONCE]).to(self.device)
            embedding, logits = self.network(self.normalised(mel_pictures(batch)))
            rows = zip(embedding.cpu().split(1), logits.cpu().split(1), strict=True)
            answers += [
                {"embedding": own.numpy(), "logits": scores.numpy()} for own, scores in rows
            ]
        return answers

    def normalised(self, pictures: Tensor) -> Tensor:
        """Return mel pictures, [B, 80, T], less each band's mean and over its deviation."""
        means, deviations = torch.from_numpy(self.statistics).to(self.device)[..., None].unbind(1)
        return (pictures - means) / deviations


def open_melception(device: str) -> Melception:
    """Return the extractor with the published weights.

    Raises:
        SfbenchError: The weights or the training set's statistics are not on this machine, or are
            not the published ones.
    """
    network = melception_network(read_checkpoint(MELCEPTION)).to(device)
    return Melception(network, read_statistics(here(MELCEPTION_STATISTICS)), device)


def melception_network(state: Mapping[str, Tensor]) -> Inception:
    """Return the network with the tensors of the published layout."""
    used = {key: value for key, value in state.items() if not key.startswith("AuxLogits.")}
    return filled(lambda: Inception(CLASSES), used, channels_last=True)


def read_statistics(path: Path) -> Statistics:
    """Return what the published text file says: a line per band, its mean and its deviation."""
    return np.loadtxt(path, dtype=np.float32, ndmin=2)


def mel_pictures(sounds: Tensor) -> Tensor:
    """Return mel pictures, [B, 80, 848], 0 to 1 for -80 to 20 dB, of ten seconds, [B, 220500].

    Magnitudes in bands of Slaney's scale; of the 860 frames, six at either end are cut off.
    """
    magnitudes = spectra(sounds, torch.hann_window(_WINDOW, device=sounds.device), _HOP).abs()
    bands = slaney_bands(RATE, _WINDOW, _BANDS, _LOW, _HIGH).to(sounds.device)
    decibels = 20 * torch.log10((magnitudes @ bands).clamp(min=1e-5))
    begin = (_FRAMES - _CROP) // 2
    return ((decibels + 80) / 100).clamp(0, 1).transpose(1, 2)[..., begin : begin + _CROP]


def _ten_seconds(sounds: Sequence[Samples]) -> Tensor:
    whole = np.zeros((len(sounds), SECONDS * RATE), np.float32)
    for row, sound in zip(whole, sounds, strict=True):
        row[: len(sound)] = sound[: len(row)]
    return torch.from_numpy(whole)
