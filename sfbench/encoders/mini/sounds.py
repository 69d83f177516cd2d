"""The small ears that this project trained on its simulated world: the published classes, smaller.

Their files lie in `model/mini/`. All hear at 16 kHz; nothing in the simulated world sounds higher.
"""

from pathlib import Path

from torch import Tensor

from sfbench.encoders.clap.htsat import Geometry, fixed
from sfbench.encoders.clap.sound import Clap, ClapNetwork
from sfbench.encoders.cnn14 import Cnn14, Cnn14Network
from sfbench.encoders.fill import filled
from sfbench.encoders.mini.weights import Mini, read_mini
from sfbench.encoders.vggish import Vggish, VggishNetwork
from sfbench.encoders.wav2clip import Wav2Clip, Wav2ClipNetwork
from sfbench.errors import SfbenchError

RATE = 16_000

CLAP_DEPTH, CLAP_HEAD = 2, 12
"""Blocks of a stage and width of an attention head, which tensors do not tell."""


def open_mini_panns(device: str, weights: Path | None = None) -> Cnn14:
    """Return the small Cnn14; `weights` are the shipped ones, or another `panns.safetensors`.

    Raises:
        SfbenchError: The weights are missing, or damaged.
    """
    mini = read_mini("panns", weights)
    pairs = sum(name.endswith(".conv2.weight") for name in mini.state)
    widths = [_size(mini, f"conv_block{pair}.conv2.weight") for pair in range(1, pairs + 1)]
    classes, transform = _size(mini, "fc_audioset.weight"), _size(mini, "window")
    network = filled(
        lambda: Cnn14Network(transform, RATE // 100, widths, classes),
        mini.state,
        channels_last=True,
    )
    outputs = {"embedding": widths[-1], "logits": classes}
    signature = f"{mini.signature}-16k|clip|{widths[-1]}d-relu|{classes}-logits"
    return Cnn14(network.to(device), device, "mini-panns", signature, RATE, outputs)


def open_mini_vggish(device: str, weights: Path | None = None) -> Vggish:
    """Return the small VGGish; `weights` are the shipped ones, or another `vggish.safetensors`.

    Raises:
        SfbenchError: The weights are missing, or damaged.
    """
    mini = read_mini("vggish", weights)
    widths = [_size(mini, f"features.{place}.weight") for place in (0, 3, 6, 11)]
    hidden, width = (_size(mini, f"embeddings.{place}.weight") for place in (0, 4))
    network = filled(lambda: VggishNetwork(widths, hidden, width), mini.state, channels_last=True)
    signature = f"{mini.signature}-16k|no-relu|0.96s-frames|{width}d"
    outputs = {"embedding": width}
    return Vggish(network.to(device), device, "mini-vggish", signature, RATE, outputs)


def open_mini_clap(device: str, weights: Path | None = None) -> Clap:
    """Return the small audio tower; `weights` are the shipped ones, or another `clap.safetensors`.

    Raises:
        SfbenchError: The weights are missing, or damaged.
    """
    mini = read_mini("clap", weights)
    geometry, width = _clap_geometry(mini), _size(mini, "audio_projection.2.weight")
    derived = {f"audio_branch.{name}": value for name, value in fixed(geometry).items()}
    network = filled(lambda: ClapNetwork(geometry, width), {**mini.state, **derived})
    return Clap(
        network.to(device),
        device,
        called="mini-clap",
        weights=f"{mini.signature}-16k",
        rate=RATE,
        outputs={"embedding": width},
    )


def open_mini_wav2clip(device: str, weights: Path | None = None) -> Wav2Clip:
    """Return the small ear in the mini CLIP's space; `weights` as `wav2clip.safetensors`.

    Raises:
        SfbenchError: The weights are missing, or damaged.
    """
    mini = read_mini("wav2clip", weights)
    width = _size(mini, "audio_encoder.layer4.1.conv2.weight")
    network = filled(lambda: Wav2ClipNetwork(width), mini.state, channels_last=True)
    return Wav2Clip(
        network.to(device),
        device,
        called="mini-wav2clip",
        weights=mini.signature,
        outputs={"embedding": width},
    )


def clap_geometry(width: int, patch: int, transform: int, stages: int) -> Geometry:
    """Return the sizes of a small audio tower.

    Args:
        width: Width of its first stage, a multiple of 12.
        patch: Side of a patch.
        transform: Length of the Fourier transform.
        stages: Number of stages.
    """
    heads = tuple((width << stage) // CLAP_HEAD for stage in range(stages))
    return Geometry(
        transform=transform,
        hop=RATE // 100,
        patch=patch,
        width=width,
        depths=(CLAP_DEPTH,) * stages,
        heads=heads,
    )


def _clap_geometry(mini: Mini) -> Geometry:
    kernel = _tensor(mini, "audio_branch.patch_embed.proj.weight")
    width, transform = kernel.shape[0], _size(mini, "audio_branch.window")
    stages = (_size(mini, "audio_branch.norm.weight") // width).bit_length()
    return clap_geometry(width, kernel.shape[2], transform, stages)


def _size(mini: Mini, name: str) -> int:
    return _tensor(mini, name).shape[0]


def _tensor(mini: Mini, name: str) -> Tensor:
    if name not in mini.state:
        raise SfbenchError(f"{mini.path} has no {name}: it holds another network's weights")
    return mini.state[name]
