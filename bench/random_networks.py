"""Networks of the protocols with random weights: right shapes and cost, no meaning."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from sfbench.encoders.clap.sound import Clap, ClapNetwork
from sfbench.encoders.clip.towers import IMAGE_B_32, ClipImage, clip_vit_b_32
from sfbench.encoders.clip.vit import ImageTower
from sfbench.encoders.cnn14 import Cnn14, Cnn14Network
from sfbench.encoders.extractor import extractors, frame_extractors
from sfbench.encoders.fill import filled
from sfbench.encoders.inception import Inception
from sfbench.encoders.melception import CLASSES, Melception
from sfbench.encoders.passt import Passt
from sfbench.encoders.passt_network import PasstNetwork
from sfbench.encoders.vggish import Vggish, VggishNetwork
from sfbench.encoders.wav2clip import Wav2Clip, Wav2ClipNetwork


def use_random_networks() -> None:
    """Let the catalogs open these networks instead of the published ones."""
    ears = ("clap", "cnn14-16k", "cnn14-32k", "melception", "passt", "vggish", "wav2clip")
    here = {name: f"{__name__}:open_{name.replace('-', '_')}" for name in ears}
    extractors._rows |= here
    frame_extractors._rows |= {"clip-vit-b-32": f"{__name__}:open_clip_vit_b_32"}


def open_clap(device: str) -> Clap:
    """Return CLAP."""
    return Clap(_random(ClapNetwork, device), device)


def open_cnn14_16k(device: str) -> Cnn14:
    """Return Cnn14 at 16 kHz; window and bands stay random too."""
    network = _random(lambda: Cnn14Network(512, 160), device, channels_last=True)
    return Cnn14(network, device, "cnn14-16k", "cnn14-16k|random-weights", 16_000)


def open_cnn14_32k(device: str) -> Cnn14:
    """Return Cnn14 at 32 kHz; window and bands stay random too."""
    network = _random(lambda: Cnn14Network(1024, 320), device, channels_last=True)
    return Cnn14(network, device, "cnn14-32k", "cnn14-32k|random-weights", 32_000)


def open_melception(device: str) -> Melception:
    """Return Melception."""
    statistics = np.tile(np.array([[0.5, 0.2]], np.float32), (80, 1))
    network = _random(lambda: Inception(CLASSES), device, channels_last=True)
    return Melception(network, statistics, device, signature="melception|random-weights")


def open_passt(device: str) -> Passt:
    """Return PaSST."""
    return Passt(_random(PasstNetwork, device), device, signature="passt|random-weights")


def open_vggish(device: str) -> Vggish:
    """Return VGGish."""
    network = _random(VggishNetwork, device, channels_last=True)
    return Vggish(network, device, signature="vggish|random-weights")


def open_wav2clip(device: str) -> Wav2Clip:
    """Return Wav2CLIP."""
    return Wav2Clip(_random(Wav2ClipNetwork, device, channels_last=True), device)


def open_clip_vit_b_32(device: str) -> ClipImage:
    """Return the image tower of CLIP ViT-B/32."""
    return clip_vit_b_32(_random(lambda: ImageTower(IMAGE_B_32, 32), device), device)


def _random(
    make: Callable[[], nn.Module], device: str, *, channels_last: bool = False
) -> nn.Module:
    torch.manual_seed(0)
    state = {name: _settled(value) for name, value in make().state_dict().items()}
    return filled(make, state, channels_last=channels_last).to(device)


def _settled(value: torch.Tensor) -> torch.Tensor:
    """Return a tensor without the void that a checkpoint alone would fill."""
    if not value.is_floating_point():
        return torch.zeros_like(value)
    void = not (value.isfinite().all() and 0 < value.abs().max() < 10)
    return 0.05 * torch.rand_like(value) if void else value
