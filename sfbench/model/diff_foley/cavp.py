"""CAVP: features of a silent video, and of sound, in one space, several a second.

Video: SlowOnly, a ResNet-50 whose last two stages look one picture back and ahead. Sound: Cnn14.

Source: Luo et al., arXiv 2306.17203, section 3.1; Feichtenhofer et al., "SlowFast Networks for
Video Recognition", arXiv 1812.03982; key names of open-mmlab/mmaction.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool1d, avg_pool2d, dropout, max_pool1d, normalize

from sfbench.encoders.cnn14 import Pair
from sfbench.encoders.fill import filled
from sfbench.model.diff_foley.geometry import MEL_BANDS, Geometry

_BLOCKS = (3, 4, 6, 3)  # of ResNet-50
_INFLATED = (False, False, True, True)
_EXPANSION = 4
_POOLED = ((2, 2), (2, 2), (2, 2), (2, 2), (1, 2), (1, 1))  # (time, mel) per pair of convolutions
_DROPPED = 0.2


class Cavp(nn.Module):
    """Embeds video and sound; keys as in the published checkpoint.

    Args:
        geometry: Sizes of the networks.
    """

    def __init__(self, geometry: Geometry) -> None:
        super().__init__()
        self.video_encoder = SlowOnly(geometry.stem)
        self.video_project_head = nn.Linear(self.video_encoder.width, geometry.feature)
        self.spec_encoder = SpectrogramCnn14(geometry.ears, geometry.feature)
        self.logit_scale = nn.Parameter(torch.tensor(2.6593))  # log(1 / 0.07), CLIP's

    def embed_video(self, video: Tensor) -> Tensor:
        """Return features of length 1, [B, T, feature].

        Args:
            video: Pictures in [0, 1], 4 a second, [B, T, 3, H, W].
        """
        seen = self.video_encoder(video.transpose(1, 2)).mean((3, 4)).transpose(1, 2)
        return normalize(self.video_project_head(seen), dim=-1)

    def embed_sound(self, spectrograms: Tensor) -> Tensor:
        """Return features of length 1, [B, T / 16, feature].

        Args:
            spectrograms: Mel spectrograms in [0, 1], [B, 128, T].
        """
        return normalize(self.spec_encoder(spectrograms), dim=-1)

    def forward(self, video: Tensor, spectrograms: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return features of video and sound, and what their products are multiplied by."""
        seen, heard = self.embed_video(video), self.embed_sound(spectrograms)
        return seen, heard, self.logit_scale.exp()


class SlowOnly(nn.Module):
    """A ResNet-50 over pictures, [B, 3, T, H, W] → [B, width, T, H / 32, W / 32]."""

    def __init__(self, stem: int) -> None:
        super().__init__()
        self.conv1 = _Convolution(3, stem, (1, 7, 7), stride=2)
        self.maxpool = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))
        inside = stem
        for number, (blocks, inflated) in enumerate(zip(_BLOCKS, _INFLATED, strict=True), 1):
            stride = 1 if number == 1 else 2
            width = stem * 2 ** (number - 1)
            stage = [_Bottleneck(inside, width, stride, inflated)]
            inside = width * _EXPANSION
            stage += [_Bottleneck(inside, width, 1, inflated) for _ in range(blocks - 1)]
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.width = inside

    def forward(self, video: Tensor) -> Tensor:
        """Return the last stage's output."""
        x = self.maxpool(self.conv1(video).relu())
        for number in range(1, len(_BLOCKS) + 1):
            x = self.get_submodule(f"layer{number}")(x)
        result: Tensor = x
        return result


class _Convolution(nn.Module):
    """A convolution of size (time, height, width), its stride in space, and batch norm."""

    def __init__(self, inside: int, out: int, size: tuple[int, int, int], stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv3d(
            inside,
            out,
            size,
            (1, stride, stride),
            (size[0] // 2, size[1] // 2, size[2] // 2),
            bias=False,
        )
        self.bn = nn.BatchNorm3d(out)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.bn(self.conv(x))
        return result


class _Bottleneck(nn.Module):
    def __init__(self, inside: int, width: int, stride: int, inflated: bool) -> None:
        super().__init__()
        out = width * _EXPANSION
        self.conv1 = _Convolution(inside, width, (3 if inflated else 1, 1, 1))
        self.conv2 = _Convolution(width, width, (1, 3, 3), stride)
        self.conv3 = _Convolution(width, out, (1, 1, 1))
        same = stride == 1 and inside == out
        self.downsample = None if same else _Convolution(inside, out, (1, 1, 1), stride)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.conv3(self.conv2(self.conv1(x).relu()).relu())
        result: Tensor = (inner + (x if self.downsample is None else self.downsample(x))).relu()
        return result


class SpectrogramCnn14(nn.Module):
    """Cnn14 over mel spectrograms, [B, 128, T] → [B, T / 16, feature]; time is not pooled away."""

    def __init__(self, first: int, feature: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(MEL_BANDS)
        inside = 1
        for number in range(len(_POOLED)):
            width = first * 2**number
            self.add_module(f"conv_block{number + 1}", Pair(inside, width))
            inside = width
        self.fc1 = nn.Linear(inside, inside)
        self.final_project = nn.Linear(inside, feature)

    def forward(self, spectrograms: Tensor) -> Tensor:
        """Return features, not normalised."""
        x = self.bn(spectrograms[..., None]).permute(0, 3, 2, 1)  # [B, 1, T, 128]
        for number, pool in enumerate(_POOLED, 1):
            x = avg_pool2d(self.get_submodule(f"conv_block{number}")(x), pool)
            x = dropout(x, _DROPPED, self.training)
        x = x.mean(3)  # [B, width, T / 16]
        x = (max_pool1d(x, 3, 1, 1) + avg_pool1d(x, 3, 1, 1)).transpose(1, 2)
        x = self.fc1(self.fc1(x).relu()).relu()  # the published weights were trained so
        features: Tensor = self.final_project(x)
        return features


def read_cavp(state: Mapping[str, Tensor], geometry: Geometry) -> Cavp:
    """Return the network that lies in a `cavp_epoch66` checkpoint.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """
    tensors = {key.replace("module.", ""): value for key, value in state.items()}
    return filled(lambda: Cavp(geometry), tensors)
