"""VGGish: one embedding per 0.96 s of sound.

Source: Hershey et al., "CNN Architectures for Large-Scale Audio Classification", ICASSP 2017;
network, front end and checkpoint as in harritaylor/torchvggish. As in the published Fréchet audio
distances, there is neither the PCA with 8-bit quantisation nor the ReLU after the last layer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from sfbench.encoders.batch import require_length
from sfbench.encoders.checkpoints import VGGISH, read_checkpoint
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.fill import filled
from sfbench.encoders.spectrum import htk_bands

RATE = 16_000
WIDTHS = (64, 128, 256, 512)
EMBEDDING = 128
SHORTEST = 15_600  # samples: 96 windows of 25 ms, 10 ms apart

_EXAMPLE = 96 * 160
_WINDOW, _HOP, _FFT = 400, 160, 512
_BANDS, _LOW, _HIGH = 64, 125.0, 7500.0
_AT_ONCE = 16  # examples: few enough that a layer's output stays near the processor


class VggishNetwork(nn.Module):
    """Six convolutions and three layers; keys as in the published checkpoint.

    Args:
        widths: Channels of the four blocks; the last two have two convolutions.
        hidden: Width of the first two layers.
        embedding: Width of the last one.
    """

    def __init__(
        self, widths: Sequence[int] = WIDTHS, hidden: int = 4096, embedding: int = EMBEDDING
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(*_convolutions(widths))
        self.embeddings = nn.Sequential(
            nn.Linear(widths[-1] * 4 * 6, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, embedding),
        )

    def forward(self, log_mel: Tensor) -> Tensor:
        """Return embeddings, [examples, 128], of log-mel examples, [examples, 96, 64]."""
        features = self.features(log_mel[:, None])  # [examples, 512, 6, 4]
        # The checkpoint was ported from TensorFlow, which puts channels last.
        embedding: Tensor = self.embeddings(features.permute(0, 2, 3, 1).flatten(1))
        return embedding


@dataclass(frozen=True, slots=True)
class Vggish:
    """Embeds a sound as rows of `embedding`, [frames, 128]: one per whole 0.96 s (and 15 ms)."""

    network: VggishNetwork
    device: str = "cpu"
    name: str = "vggish"
    signature: str = "vggish-10086976-16k|no-pca|no-relu|0.96s-frames|128d"
    rate: int = RATE
    outputs: Mapping[str, int] = field(default_factory=lambda: {"embedding": EMBEDDING})

    @torch.inference_mode()
    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at 16 kHz, its `embedding`, [frames, 128].

        Raises:
            ClipError: A sound is shorter than 0.975 s.
        """
        require_length(sounds, SHORTEST, self.rate, self.name)
        if not sounds:
            return []
        examples = [torch.from_numpy(sound).unfold(0, SHORTEST, _EXAMPLE) for sound in sounds]
        parts = torch.split(torch.cat(examples), _AT_ONCE)
        rows = torch.cat([self.network(log_mel(part.to(self.device))).cpu() for part in parts])
        counts = [len(each) for each in examples]
        return [{"embedding": own.numpy()} for own in torch.split(rows, counts)]


def open_vggish(device: str) -> Vggish:
    """Return the extractor with the published weights.

    Raises:
        SfbenchError: The weights are not on this machine, or are not those that were declared.
    """
    return Vggish(vggish_network(read_checkpoint(VGGISH)).to(device), device)


def vggish_network(state: Mapping[str, Tensor]) -> VggishNetwork:
    """Return the network with the tensors of the published layout."""
    return filled(VggishNetwork, state, channels_last=True)


def log_mel(examples: Tensor) -> Tensor:
    """Return log-mel examples, [examples, 96, 64], of their samples, [examples, 15600].

    Natural logarithm of the magnitude in triangular bands on the HTK mel scale, plus 0.01.
    """
    windows = examples.unfold(-1, _WINDOW, _HOP)  # [examples, 96, 400]
    hann = torch.hann_window(_WINDOW, device=examples.device)
    magnitudes = torch.fft.rfft(windows * hann, _FFT).abs()
    bands = htk_bands(RATE, _FFT, _BANDS, _LOW, _HIGH).to(examples.device)
    return torch.log(magnitudes @ bands + 0.01)


def _convolutions(widths: Sequence[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    channels = 1
    for width, times in zip(widths, (1, 1, 2, 2), strict=True):
        for _ in range(times):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
            channels = width
        layers.append(nn.MaxPool2d(2))
    return layers
