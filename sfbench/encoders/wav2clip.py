"""Wav2CLIP: a sound in the space of CLIP's pictures, by a ResNet-18 over its log spectrum.

Modules are named as in the published checkpoint. Source: Wu et al., arXiv 2110.11499;
descriptinc/lyrebird-wav2clip@1864b39, wav2clip/model/{resnet,encoder}.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sfbench.encoders.batch import embed_by_length, require_length
from sfbench.encoders.checkpoints import WAV2CLIP, read_checkpoint
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.fill import filled
from sfbench.encoders.spectrum import spectra

RATE = 16_000
WIDTH = 512

_WINDOW = 512
_HOP = 353
_FLOOR = 1e-7
_SHORTEST = _WINDOW // 2 + 1  # samples; the spectrum mirrors half a window at either end
_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class Wav2Clip:
    """Embeds a sound as `embedding`, [1, 512], in CLIP ViT-B/32's space, not of unit length.

    The small one embeds as [1, 64] in the space of the mini CLIP. Each spectrum is normalised by
    its own mean and deviation. With `whole_batch`, all sounds of a call share one mean and
    deviation, as in the upstream package, and must be of one length: then, and only then,
    companions change an answer.
    """

    network: "Wav2ClipNetwork"
    device: str = "cpu"
    whole_batch: bool = False
    called: str = "wav2clip"
    weights: str = "wav2clip-v0.1.0-alpha"
    rate: int = RATE
    outputs: Mapping[str, int] = field(default_factory=lambda: {"embedding": WIDTH})

    @property
    def name(self) -> str:
        """Name of the extractor."""
        return f"{self.called}-zscore-batch" if self.whole_batch else self.called

    @property
    def signature(self) -> str:
        """All that the numbers depend on."""
        scope = "batch" if self.whole_batch else "sample"
        return f"{self.weights}-16k|zscore-{scope}|{self.outputs['embedding']}d"

    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at 16 kHz, its `embedding`, [1, 512].

        Raises:
            ClipError: A sound is shorter than 257 samples.
            ValueError: With `whole_batch`, the sounds differ in length.
        """
        require_length(sounds, _SHORTEST, RATE, "Wav2CLIP")
        if self.whole_batch and len({len(sound) for sound in sounds}) > 1:
            raise ValueError("sounds differ in length; one z-score for all needs one length")
        together = len(sounds) if self.whole_batch else _TOGETHER
        return [{"embedding": row} for row in embed_by_length(sounds, self._embed, together)]

    @torch.inference_mode()
    def _embed(self, sounds: Samples) -> NDArray[np.float32]:
        log_spectra = self.network.log_spectrum(torch.from_numpy(sounds).to(self.device))
        rows: Tensor = self.network(zscore(log_spectra, whole_batch=self.whole_batch))
        return rows.cpu().numpy()


def open_wav2clip(device: str) -> Wav2Clip:
    """Return the extractor that normalises each sound by itself.

    Raises:
        SfbenchError: The weights are not on this machine, or are not those of the first fetch.
    """
    return Wav2Clip(_published(device), device)


def open_wav2clip_zscore_batch(device: str) -> Wav2Clip:
    """Return the extractor that normalises all sounds of a call together, as upstream does.

    Raises:
        SfbenchError: The weights are not on this machine, or are not those of the first fetch.
    """
    return Wav2Clip(_published(device), device, whole_batch=True)


def _published(device: str) -> "Wav2ClipNetwork":
    return wav2clip_network(read_checkpoint(WAV2CLIP)).to(device)


class Wav2ClipNetwork(nn.Module):
    """Embeds normalised log spectra, [B, 1, 257, T], as [B, width], not of unit length.

    Args:
        width: Channels of the last layer, a multiple of 8, and width of the embedding.
    """

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.audio_encoder = _ResNet(width)
        self.audio_transform = _Perceptron(width)

    def log_spectrum(self, sounds: Tensor) -> Tensor:
        """Return log power, [B, 1, 257, T], T = 1 + n // 353, of sounds at 16 kHz, [B, n]."""
        spectrum = spectra(sounds, self.audio_encoder.spectrogram.window, _HOP).transpose(1, 2)
        return torch.log(spectrum.abs().square() + _FLOOR)[:, None]

    def forward(self, log_spectra: Tensor) -> Tensor:
        embedding: Tensor = self.audio_transform(self.audio_encoder(log_spectra))
        return embedding


def wav2clip_network(state: Mapping[str, Tensor]) -> Wav2ClipNetwork:
    """Return the network with the tensors of the published layout.

    Raises:
        SfbenchError: A tensor of the two towers is missing, unknown or of another shape.
    """
    towers = ("audio_encoder.", "audio_transform.")
    return filled(Wav2ClipNetwork, {k: v for k, v in state.items() if k.startswith(towers)})


def zscore(log_spectra: Tensor, *, whole_batch: bool) -> Tensor:
    """Return log spectra, [B, 1, F, T], less their mean and over their deviation.

    Args:
        log_spectra: Log power, of one length.
        whole_batch: Whether all share one mean and deviation, as upstream has it (its issue 21),
            which makes an embedding depend on its companions; else each has its own.
    """
    axes = (0, 1, 2, 3) if whole_batch else (1, 2, 3)
    # In float64 the mean of equal values is that value: silence becomes 0, not amplified rounding.
    exact = log_spectra.double()
    deviation = exact.std(axes, keepdim=True) + 1e-9
    return ((exact - exact.mean(axes, keepdim=True)) / deviation).float()


class _ResNet(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        first, second, third = width // 8, width // 4, width // 2
        self.spectrogram = _Window(_WINDOW)
        self.conv1 = nn.Conv2d(1, first, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(first)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = nn.Sequential(_Block(first, first), _Block(first, first))
        self.layer2 = nn.Sequential(_Block(first, second, stride=2), _Block(second, second))
        self.layer3 = nn.Sequential(_Block(second, third, stride=2), _Block(third, third))
        self.layer4 = nn.Sequential(_Block(third, width, stride=2), _Block(width, width))

    def forward(self, x: Tensor) -> Tensor:  # [B, 1, F, T]
        x = self.maxpool(self.bn1(self.conv1(x)).relu())  # [B, width / 8, F / 4, T / 4]
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))  # [B, width, F / 32, T / 32]
        return x.mean((2, 3))


class _Window(nn.Module):
    window: Tensor

    def __init__(self, length: int) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(length))


class _Block(nn.Module):
    def __init__(self, inside: int, outside: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.downsample = _shortcut(inside, outside, stride) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        inner = self.bn1(self.conv1(x)).relu()
        outer: Tensor = self.bn2(self.conv2(inner)) + self.downsample(x)
        return outer.relu()


def _shortcut(inside: int, outside: int, stride: int) -> nn.Module:
    shrink = nn.Conv2d(inside, outside, 1, stride=stride, bias=False)
    return nn.Sequential(shrink, nn.BatchNorm2d(outside))


class _Perceptron(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        # Upstream drops out at index 2 when it trains; the published keys count that layer.
        self.sequential = nn.Sequential(
            nn.Linear(width, width), nn.ReLU(), nn.Identity(), nn.Linear(width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        transformed: Tensor = self.sequential(x)
        return transformed
