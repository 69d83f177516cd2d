"""The network that sees when something sounds: R(2+1)D-18 without striding in time.

Modules are named as in the published checkpoint. Source: Tran et al., arXiv 1711.11248; Du et al.,
arXiv 2304.01493 (XYPB/CondFoleyGen); open-mmlab/FoleyCrafter, models/time_detector.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from sfbench.encoders.fill import filled

PUBLISHED = (64, 128, 256, 512)
TINY = (4, 8, 16, 32)
_STEM = 45


class Detector(nn.Module):
    """Answers videos, [B, 3, T, 112, 112], with the logit that it sounds, [B, T].

    Args:
        widths: Channels of the four layers.
    """

    def __init__(self, widths: tuple[int, ...] = PUBLISHED) -> None:
        super().__init__()
        self.widths = widths
        self.net = nn.ModuleDict({"model": _Video(widths)})
        self.fc = nn.Sequential(nn.Linear(widths[-1], 128), nn.ReLU(), nn.Linear(128, 1))

    def forward(self, videos: Tensor) -> Tensor:
        logits: Tensor = self.fc(self.net["model"](videos).transpose(1, 2))
        return logits[..., 0]


class _Video(nn.Module):
    """Features of each frame, [B, 512, T], its neighbours seen."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv3d(3, _STEM, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False),
            nn.BatchNorm3d(_STEM),
            nn.ReLU(inplace=True),
            nn.Conv3d(_STEM, widths[0], (3, 1, 1), padding=(1, 0, 0), bias=False),
            nn.BatchNorm3d(widths[0]),
            nn.ReLU(inplace=True),
        )
        self.layer1 = _layer(widths[0], widths[0])
        self.layer2 = _layer(widths[0], widths[1])
        self.layer3 = _layer(widths[1], widths[2])
        self.layer4 = _layer(widths[2], widths[3])

    def forward(self, videos: Tensor) -> Tensor:
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.stem(videos)))))
        features: Tensor = x.mean((3, 4))
        return features


class _Block(nn.Module):
    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        stride = outer // inner
        middle = inner * outer * 27 // (inner * 9 + outer * 3)  # weights as of a 3 x 3 x 3 kernel
        self.conv1 = nn.Sequential(
            _in_two(inner, middle, outer, stride), nn.BatchNorm3d(outer), nn.ReLU(inplace=True)
        )
        self.conv2 = nn.Sequential(_in_two(outer, middle, outer, 1), nn.BatchNorm3d(outer))
        self.downsample = _shortcut(inner, outer, stride)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.conv2(self.conv1(x)) + self.downsample(x))


def _layer(inner: int, outer: int) -> nn.Sequential:
    return nn.Sequential(_Block(inner, outer), _Block(outer, outer))


def _in_two(inner: int, middle: int, outer: int, stride: int) -> nn.Sequential:
    """Return a convolution in space, then one in time."""
    return nn.Sequential(
        nn.Conv3d(inner, middle, (1, 3, 3), (1, stride, stride), (0, 1, 1), bias=False),
        nn.BatchNorm3d(middle),
        nn.ReLU(inplace=True),
        nn.Conv3d(middle, outer, (3, 1, 1), padding=(1, 0, 0), bias=False),
    )


def _shortcut(inner: int, outer: int, stride: int) -> nn.Module:
    if stride == 1:
        return nn.Identity()
    reduction = nn.Conv3d(inner, outer, 1, (1, stride, stride), bias=False)
    return nn.Sequential(reduction, nn.BatchNorm3d(outer))


def detector(state: Mapping[str, Tensor]) -> Detector:
    """Return the detector of the published `timestamp_detector.pth.tar`.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    return filled(Detector, {key.removeprefix("module."): state[key] for key in state})
