"""Cnn8 with a recurrent layer for sounds, the mean of word embeddings for prompts.

Source: Xu et al., "Towards Weakly Supervised Text-to-Audio Grounding", arXiv 2401.02584; network
and layout as in wsntxxn/TextToAudioGrounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, dropout, max_pool2d

from sfbench.encoders.cnn14 import Pair
from sfbench.encoders.fill import filled
from sfbench.encoders.spectrum import slaney_bands, spectra

SHRINK = 4  # spectrum frames, 10 ms each, of one score
_POOLS = ((2, 2), (2, 2), (1, 2), (1, 2))  # time, frequency
_LOWEST, _HIGHEST = 50.0, 14_000.0  # Hz
_LEAST = 1e-7  # score

_AUDIO = "model.audio_encoder."
_PUBLISHED = {
    f"{_AUDIO}melspec_extractor.spectrogram.window": "window",
    f"{_AUDIO}melspec_extractor.mel_scale.fb": "bands",
    "model.text_encoder.embedding.core.weight": "words.weight",
}


@dataclass(frozen=True, slots=True)
class Geometry:
    """The sizes of a grounding network; the defaults are the published ones.

    Attributes:
        words: Rows of the word embedding.
        rate: Sample rate, in Hz.
        widths: Channels of the four blocks of convolutions.
        hidden: Width of the recurrent layer in each direction; embeddings are twice as wide.
        bands: Mel bands, a multiple of 16.
        dropouts: Shares of values that training leaves out, after each block and before the
            layers that follow them.
    """

    words: int
    rate: int = 32_000
    widths: tuple[int, ...] = (64, 128, 256, 512)
    hidden: int = 256
    bands: int = 64
    dropouts: tuple[float, float] = (0.2, 0.5)

    @property
    def transform(self) -> int:
        """Length of the Fourier transform and its window: 32 ms, in samples."""
        return self.rate * 32 // 1000

    @property
    def hop(self) -> int:
        """Samples from spectrum to spectrum: 10 ms."""
        return self.rate // 100

    def frames(self, samples: int) -> int:
        """Return how many whole frames of scores a sound has.

        >>> Geometry(1).frames(320_000)
        250
        """
        return (samples // self.hop + 1) // SHRINK


class GroundingNetwork(nn.Module):
    """Embeds sounds frame by frame and prompts as a whole; their product says what is heard when.

    Args:
        geometry: Its sizes.
    """

    window: Tensor
    bands: Tensor

    def __init__(self, geometry: Geometry) -> None:
        super().__init__()
        self.geometry = geometry
        wide = 2 * geometry.hidden
        self.register_buffer("window", torch.empty(geometry.transform))
        self.register_buffer("bands", torch.empty(geometry.transform // 2 + 1, geometry.bands))
        self.bn0 = nn.BatchNorm2d(geometry.bands)
        inside = (1, *geometry.widths)
        for number, width in enumerate(geometry.widths):
            self.add_module(f"conv_block{number + 1}", Pair(inside[number], width))
        self.fc1 = nn.Linear(geometry.widths[-1], wide)
        self.rnn = nn.GRU(wide, geometry.hidden, bidirectional=True, batch_first=True)
        self.words = nn.Embedding(geometry.words, wide)

    def power(self, sounds: Tensor) -> Tensor:
        """Return power in mel bands, [B, S, bands], of sounds, [B, n]; 100 spectra per second."""
        complex_spectra = spectra(sounds, self.window, self.geometry.hop)
        return torch.view_as_real(complex_spectra).square().sum(-1) @ self.bands

    def listen(self, power: Tensor) -> Tensor:
        """Return embeddings of frames, [B, T, D], T = S // 4, of power in mel bands, [B, S, M]."""
        early, late = self.geometry.dropouts
        decibels = 10 * torch.log10(power.clamp(min=1e-10))
        x = self.bn0(decibels.transpose(1, 2)[..., None])  # [B, M, S, 1]
        x = x.permute(0, 3, 2, 1)  # [B, 1, S, M]
        for number, size in enumerate(_POOLS, start=1):
            x = self.get_submodule(f"conv_block{number}")(x)
            x = avg_pool2d(x, size) + max_pool2d(x, size)
            x = dropout(x, early, self.training)
        x = x.mean(3).transpose(1, 2)  # [B, T, widths[-1]]
        x = self.fc1(dropout(x, late, self.training)).relu()
        embedded: Tensor = self.rnn(x)[0]
        return embedded

    def read(self, prompts: Sequence[Sequence[int]]) -> Tensor:
        """Return embeddings of prompts, [P, D], from the rows of their words."""
        device = self.words.weight.device
        means = [self.words(torch.tensor(rows, device=device)).mean(0) for rows in prompts]
        return torch.stack(means)

    def forward(self, sounds: Tensor, prompts: Sequence[Sequence[int]]) -> Tensor:
        """Return scores, [B, P, T], of every prompt in every sound, [B, n]."""
        return heard(self.listen(self.power(sounds)), self.read(prompts))


def heard(frames: Tensor, prompts: Tensor) -> Tensor:
    """Return scores, [B, P, T], 1e-7 to 1, of embeddings of frames, [B, T, D], and prompts, [P, D].

    The product is not scaled by the width: the published network with a mean of word embeddings
    was trained without.
    """
    return torch.sigmoid(prompts @ frames.transpose(1, 2)).clamp(min=_LEAST)


def new_network(geometry: Geometry) -> GroundingNetwork:
    """Return an untrained network; the seed of torch decides on its values."""
    network = GroundingNetwork(geometry)
    highest = min(_HIGHEST, geometry.rate / 2)
    network.window = torch.hann_window(geometry.transform)
    network.bands = slaney_bands(
        geometry.rate, geometry.transform, geometry.bands, _LOWEST, highest
    ).clone()
    return network


def grounding_network(state: Mapping[str, Tensor]) -> GroundingNetwork:
    """Return the network with the tensors of the published layout, in the size that they have.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """
    tensors = {_PUBLISHED.get(key, key.removeprefix(_AUDIO)): value for key, value in state.items()}
    return filled(lambda: GroundingNetwork(_geometry(tensors)), tensors, channels_last=True)


def published_layout(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of a network's own state under the names of the published checkpoint."""
    names = {own: published for published, own in _PUBLISHED.items()}
    return {names.get(own, f"{_AUDIO}{own}"): value for own, value in state.items()}


def _geometry(tensors: Mapping[str, Tensor]) -> Geometry:
    """Return the sizes that tensors speak of; the published ones where they are missing."""

    def size(name: str, axis: int, otherwise: int) -> int:
        found = tensors.get(name)
        return found.shape[axis] if found is not None and found.ndim > axis else otherwise

    usual = Geometry(size("words.weight", 0, 1))
    return Geometry(
        words=usual.words,
        rate=size("window", 0, usual.transform) * 1000 // 32,
        widths=tuple(
            size(f"conv_block{number}.conv1.weight", 0, width)
            for number, width in enumerate(usual.widths, start=1)
        ),
        hidden=size("rnn.weight_hh_l0", 1, usual.hidden),
        bands=size("bands", 1, usual.bands),
    )
