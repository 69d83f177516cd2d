"""LAION-CLAP: a sound in a space that texts share; the audio tower without feature fusion.

Source: Wu et al., arXiv 2211.06687; LAION-AI/CLAP, release 1.1.7 (`laion_clap`). Upstream crops
what is longer than 10 s at random; here it is always the first 10 s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sfbench.encoders.batch import require_length
from sfbench.encoders.checkpoints import CLAP_630K, read_checkpoint
from sfbench.encoders.clap.htsat import PUBLISHED, Geometry, Htsat
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.fill import filled
from sfbench.errors import SfbenchError

RATE = 48_000
SECONDS = 10
LENGTH = SECONDS * RATE
EMBEDDING = 512

_TOGETHER = 8
_FULL_SCALE = 32767
_KERNELS = "spectrogram_extractor.stft.conv_{}.weight"
_HEADS = ("tscam_conv.", "head.")


class ClapNetwork(nn.Module):
    """Embeds 10 s, [B, 480000] at 48 kHz, as [B, 512], of unit length.

    Args:
        geometry: Sizes of its transformer.
        width: Width of the embedding.
    """

    def __init__(self, geometry: Geometry = PUBLISHED, width: int = EMBEDDING) -> None:
        super().__init__()
        self.audio_branch = Htsat(geometry)
        self.audio_projection = nn.Sequential(
            nn.Linear(geometry.embedding, width), nn.ReLU(), nn.Linear(width, width)
        )

    def forward(self, sounds: Tensor) -> Tensor:
        return self.embed(self.audio_branch.log_mel(sounds))

    def embed(self, log_mel: Tensor) -> Tensor:
        """Return embeddings, [B, width], of power in mel bands in dB, [B, T, 64]."""
        projected = self.audio_projection(self.audio_branch.embed(log_mel))
        return nn.functional.normalize(projected, dim=-1)


@dataclass(frozen=True, slots=True)
class Clap:
    """Embeds a sound as `embedding`, [1, 512], of unit length.

    The first 10 s are heard; a shorter sound is repeated as often as it fits whole, then silence
    follows. With `int16`, samples are first rounded to 16 bits, as upstream does with arrays.
    """

    network: ClapNetwork
    device: str = "cpu"
    int16: bool = False
    called: str = "clap"
    weights: str = "clap-630k-audioset-best-48k"
    rate: int = RATE
    outputs: Mapping[str, int] = field(default_factory=lambda: {"embedding": EMBEDDING})

    @property
    def name(self) -> str:
        """Name of the extractor."""
        return f"{self.called}-int16" if self.int16 else self.called

    @property
    def signature(self) -> str:
        """All that the numbers depend on."""
        samples = "int16" if self.int16 else "float"
        return f"{self.weights}|{samples}|first-10s-repeat-pad|{self.outputs['embedding']}d"

    @torch.inference_mode()
    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at `rate`, its `embedding`, [1, 512].

        Raises:
            ClipError: A sound has no samples.
        """
        require_length(sounds, 1, self.rate, "CLAP")
        groups = [sounds[begin : begin + _TOGETHER] for begin in range(0, len(sounds), _TOGETHER)]
        return [{"embedding": row[None]} for group in groups for row in self._embed(group)]

    def _embed(self, sounds: Sequence[Samples]) -> NDArray[np.float32]:
        heard = [int16(sound) if self.int16 else sound for sound in sounds]
        prepared = [ten_seconds(sound, SECONDS * self.rate) for sound in heard]
        rows: Tensor = self.network(torch.from_numpy(np.stack(prepared)).to(self.device))
        return rows.cpu().numpy()


def ten_seconds(sound: Samples, length: int = LENGTH) -> Samples:
    """Return the first `length` samples, or whole repeats of a shorter sound and then zeros."""
    repeated = np.tile(sound[:length], max(1, length // len(sound)))
    return np.pad(repeated, (0, length - len(repeated)))


def int16(sound: Samples) -> Samples:
    """Return samples that are clipped to full scale and cut towards zero to 16 bits, [n]."""
    numbers = (np.clip(sound, -1, 1) * np.float32(_FULL_SCALE)).astype(np.int16)
    return (numbers / _FULL_SCALE).astype(np.float32)


def open_clap(device: str) -> Clap:
    """Return the extractor that hears samples as they are.

    Raises:
        SfbenchError: The weights are not on this machine, or are not those that were declared.
    """
    return Clap(clap_network(read_checkpoint(CLAP_630K)).to(device), device)


def open_clap_int16(device: str) -> Clap:
    """Return the extractor that rounds samples to 16 bits first.

    Raises:
        SfbenchError: The weights are not on this machine, or are not those that were declared.
    """
    return Clap(clap_network(read_checkpoint(CLAP_630K)).to(device), device, int16=True)


def clap_network(state: Mapping[str, Tensor]) -> ClapNetwork:
    """Return the audio tower with the tensors of the published layout.

    Names may begin with `module.`, as training left them. Window and mel bands are the
    checkpoint's; the Fourier kernel of frequency 0 is the window.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """
    tensors = {name.removeprefix("module."): value for name, value in state.items()}
    branch = {
        name.removeprefix("audio_branch."): value
        for name, value in tensors.items()
        if name.startswith("audio_branch.")
    }
    try:
        branch["window"] = branch.pop(_KERNELS.format("real"))[0, 0]
        branch["bands"] = branch.pop("logmel_extractor.melW")
    except KeyError as error:
        raise SfbenchError(f"the weights have no {error.args[0]}; are they CLAP's?") from None
    branch.pop(_KERNELS.format("imag"), None)
    own = {f"audio_branch.{k}": v for k, v in branch.items() if not k.startswith(_HEADS)}
    projection = {k: v for k, v in tensors.items() if k.startswith("audio_projection.")}
    return filled(ClapNetwork, own | projection)
