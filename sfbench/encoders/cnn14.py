"""PANNs Cnn14: one embedding and the AudioSet logits of a whole sound, at 32 or 16 kHz.

Source: Kong et al., "PANNs: Large-Scale Pretrained Audio Neural Networks for Audio Pattern
Recognition", arXiv 1912.10211; network and checkpoints as in qiuqiangkong/panns_inference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from sfbench.encoders.batch import by_length, require_length
from sfbench.encoders.checkpoints import CNN14_16K, CNN14_32K, read_checkpoint
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.fill import filled
from sfbench.encoders.spectrum import spectra
from sfbench.weights.declaration import Weights

EMBEDDING, CLASSES = 2048, 527
WIDTHS = (64, 128, 256, 512, 1024, EMBEDDING)
BANDS = 64

_HALVINGS = 5
_AT_ONCE = 8  # sounds; a layer's output takes up to 16 MB for 10 s

_KERNELS = "spectrogram_extractor.stft.conv_{}.weight"


class Cnn14Network(nn.Module):
    """Six pairs of convolutions, pooled over time; keys as in the published checkpoints.

    Args:
        transform: Length of the Fourier transform and its window, in samples.
        hop: Samples from frame to frame.
        widths: Channels of the pairs; the last is the width of the embedding.
        classes: Number of logits.
    """

    window: Tensor
    bands: Tensor

    def __init__(
        self, transform: int, hop: int, widths: Sequence[int] = WIDTHS, classes: int = CLASSES
    ) -> None:
        super().__init__()
        self.hop = hop
        self.pairs = len(widths)
        self.register_buffer("window", torch.empty(transform))
        self.register_buffer("bands", torch.empty(transform // 2 + 1, BANDS))
        self.bn0 = nn.BatchNorm2d(BANDS)
        inside = 1
        for number, width in enumerate(widths, start=1):
            self.add_module(f"conv_block{number}", Pair(inside, width))
            inside = width
        self.fc1 = nn.Linear(inside, inside)
        self.fc_audioset = nn.Linear(inside, classes)

    def log_mel(self, sounds: Tensor) -> Tensor:
        """Return power in mel bands in dB, [B, T, 64], of sounds, [B, n]."""
        power = torch.view_as_real(spectra(sounds, self.window, self.hop)).square().sum(-1)
        return 10 * torch.log10((power @ self.bands).clamp(min=1e-10))

    def forward(self, sounds: Tensor) -> tuple[Tensor, Tensor]:
        """Return embeddings after the ReLU, [B, 2048], and logits, [B, 527]."""
        return self.tag(self.log_mel(sounds))

    def tag(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        """Return embeddings and logits of power in mel bands in dB, [B, T, 64]."""
        x = self.bn0(log_mel.transpose(1, 2)[..., None])  # [B, 64, T, 1]
        x = x.permute(0, 3, 2, 1)  # [B, 1, T, 64]
        for number in range(1, self.pairs + 1):
            x = self.get_submodule(f"conv_block{number}")(x)
            if number <= _HALVINGS:
                x = avg_pool2d(x, 2)
        x = x.mean(3)  # [B, 2048, T / 32]
        embedding = self.fc1(x.amax(2) + x.mean(2)).relu()
        return embedding, self.fc_audioset(embedding)


class Pair(nn.Module):
    def __init__(self, inside: int, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, width, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn1(self.conv1(x)).relu_()
        result: Tensor = self.bn2(self.conv2(x)).relu_()
        return result


@dataclass(frozen=True, slots=True)
class Cnn14:
    """Embeds a sound as `embedding`, [1, 2048], after the ReLU, and `logits`, [1, 527].

    Logits are taken before the sigmoid, in the order of AudioSet's class list.
    """

    network: Cnn14Network
    device: str
    name: str
    signature: str
    rate: int
    outputs: Mapping[str, int] = field(
        default_factory=lambda: {"embedding": EMBEDDING, "logits": CLASSES}
    )

    @torch.inference_mode()
    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at `rate`, its `embedding` and its `logits`.

        Raises:
            ClipError: A sound is shorter than 0.31 s: nothing of it is left after five halvings.
        """
        require_length(sounds, (2**_HALVINGS - 1) * self.network.hop, self.rate, self.name)
        answers: dict[int, Outputs] = {}
        for places, batch in by_length(sounds, _AT_ONCE):
            embedding, logits = self.network(torch.from_numpy(batch).to(self.device))
            rows = zip(places, embedding.cpu().split(1), logits.cpu().split(1), strict=True)
            for place, own, scores in rows:
                answers[place] = {"embedding": own.numpy(), "logits": scores.numpy()}
        return [answers[place] for place in range(len(sounds))]


def open_cnn14_32k(device: str) -> Cnn14:
    """Return the extractor at 32 kHz with the published weights (mAP 0.431).

    Raises:
        SfbenchError: The weights are not on this machine, or are not those that were declared.
    """
    return _open(CNN14_32K, 32_000, "mAP0.431", device)


def open_cnn14_16k(device: str) -> Cnn14:
    """Return the extractor at 16 kHz with the published weights (mAP 0.438).

    Raises:
        SfbenchError: The weights are not on this machine, or are not those that were declared.
    """
    return _open(CNN14_16K, 16_000, "mAP0.438", device)


def cnn14_network(state: Mapping[str, Tensor], rate: int) -> Cnn14Network:
    """Return the network with the tensors of the published layout.

    The window and the mel bands are the checkpoint's: bands that are made again by another mel
    formula or upper frequency move the embedding. The published Fourier kernels are the window
    times cosines and sines, so the kernel of frequency 0 is the window.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """
    tensors = dict(state)
    kernel = tensors.pop(_KERNELS.format("real"), None)
    tensors.pop(_KERNELS.format("imag"), None)
    bands = tensors.pop("logmel_extractor.melW", None)
    if kernel is not None and bands is not None:
        tensors |= {"window": kernel[0, 0].clone(), "bands": bands}
    transform, hop = rate * 32 // 1000, rate // 100
    return filled(lambda: Cnn14Network(transform, hop), tensors, channels_last=True)


def _open(declared: Weights, rate: int, checkpoint: str, device: str) -> Cnn14:
    network = cnn14_network(read_checkpoint(declared), rate).to(device)
    signature = f"{declared.name}-{checkpoint}|clip|{EMBEDDING}d-relu|{CLASSES}-logits"
    return Cnn14(network, device, declared.name, signature, rate)
