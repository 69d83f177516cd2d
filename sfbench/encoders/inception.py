"""Inception v3 for spectra: one channel in, and no pooling before the mixed blocks.

Modules are named as in torchvision and in the published checkpoint of Melception, whose second
classifier, used in training alone, is left out. Source: Szegedy et al., "Rethinking the Inception
Architecture for Computer Vision", arXiv 1512.00567; v-iashin/SpecVQGAN@33c601d,
evaluation/feature_extractors/melception.py.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, max_pool2d

EMBEDDING = 2048

Kernel = int | tuple[int, int]
Steps = Sequence[tuple[int, Kernel]]  # width and kernel of convolutions in a row

_FORK: Kernel = 0  # a row of three beside a column of three, and both are kept
_WIDE, _TALL = (1, 7), (7, 1)


class Inception(nn.Module):
    """Embeds pictures of one channel, [B, H, W], H and W at least 75, and classifies them.

    Args:
        classes: Number of classes.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = _Convolution(1, 32, 3, stride=2, padding=0)
        self.Conv2d_2a_3x3 = _Convolution(32, 32, 3, padding=0)
        self.Conv2d_2b_3x3 = _Convolution(32, 64, 3)
        self.Conv2d_3b_1x1 = _Convolution(64, 80, 1)
        self.Conv2d_4a_3x3 = _Convolution(80, 192, 3, padding=0)
        self.Mixed_5b = _fives(192, pool=32)
        self.Mixed_5c = _fives(256, pool=64)
        self.Mixed_5d = _fives(288, pool=64)
        self.Mixed_6a = _halve_288()
        self.Mixed_6b = _sevens(128)
        self.Mixed_6c = _sevens(160)
        self.Mixed_6d = _sevens(160)
        self.Mixed_6e = _sevens(192)
        self.Mixed_7a = _halve_768()
        self.Mixed_7b = _forks(1280)
        self.Mixed_7c = _forks(EMBEDDING)
        self.fc = nn.Linear(EMBEDDING, classes)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return embeddings, [B, 2048], and logits, [B, classes]."""
        x = pictures[:, None]
        for name, layer in self.named_children():
            if name != "fc":
                x = layer(x)
        embedding = x.mean((2, 3))
        return embedding, self.fc(embedding)


class _Convolution(nn.Module):
    def __init__(
        self, inside: int, width: int, kernel: Kernel, stride: int = 1, padding: int | None = None
    ) -> None:
        super().__init__()
        size = (kernel, kernel) if isinstance(kernel, int) else kernel
        same = (size[0] // 2, size[1] // 2) if padding is None else padding
        self.conv = nn.Conv2d(inside, width, size, stride, same, bias=False)
        self.bn = nn.BatchNorm2d(width, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.bn(self.conv(x)).relu_()
        return result


class _Mixed(nn.Module):
    """Branches side by side, each a row of convolutions, and one that pools.

    Args:
        inside: Channels that come in.
        branches: Widths and kernels by name of branch.
        pool: Channels of the branch that averages; 0 takes the largest instead, and then this and
            the last convolution of every branch halve the picture.
    """

    def __init__(self, inside: int, branches: Mapping[str, Steps], pool: int) -> None:
        super().__init__()
        self.pool = pool
        self.paths = [self._add(name, inside, steps) for name, steps in branches.items()]
        if pool:
            self.branch_pool = _Convolution(inside, pool, 1)

    def _add(self, name: str, inside: int, steps: Steps) -> list[list[str]]:
        path = []
        for number, (width, kernel) in enumerate(steps, start=1):
            own = f"{name}_{number}" if len(steps) > 1 else name
            if kernel == _FORK:
                self.add_module(f"{own}a", _Convolution(inside, width, (1, 3)))
                self.add_module(f"{own}b", _Convolution(inside, width, (3, 1)))
                path.append([f"{own}a", f"{own}b"])
            else:
                halves = {} if self.pool or number < len(steps) else {"stride": 2, "padding": 0}
                self.add_module(own, _Convolution(inside, width, kernel, **halves))
                path.append([own])
            inside = width
        return path

    def forward(self, x: Tensor) -> Tensor:
        branches = [self._follow(path, x) for path in self.paths]
        if self.pool:
            branches.append(self.branch_pool(avg_pool2d(x, 3, stride=1, padding=1)))
        else:
            branches.append(max_pool2d(x, 3, stride=2))
        return torch.cat(branches, 1)

    def _follow(self, path: list[list[str]], x: Tensor) -> Tensor:
        for names in path:
            sides = [self.get_submodule(name)(x) for name in names]
            x = torch.cat(sides, 1) if len(sides) > 1 else sides[0]
        return x


def _fives(inside: int, pool: int) -> _Mixed:
    branches: dict[str, Steps] = {
        "branch1x1": [(64, 1)],
        "branch5x5": [(48, 1), (64, 5)],
        "branch3x3dbl": [(64, 1), (96, 3), (96, 3)],
    }
    return _Mixed(inside, branches, pool)


def _halve_288() -> _Mixed:
    branches: dict[str, Steps] = {
        "branch3x3": [(384, 3)],
        "branch3x3dbl": [(64, 1), (96, 3), (96, 3)],
    }
    return _Mixed(288, branches, pool=0)


def _sevens(width: int) -> _Mixed:
    twice = [(width, _TALL), (width, _WIDE), (width, _TALL), (192, _WIDE)]
    branches: dict[str, Steps] = {
        "branch1x1": [(192, 1)],
        "branch7x7": [(width, 1), (width, _WIDE), (192, _TALL)],
        "branch7x7dbl": [(width, 1), *twice],
    }
    return _Mixed(768, branches, pool=192)


def _halve_768() -> _Mixed:
    branches: dict[str, Steps] = {
        "branch3x3": [(192, 1), (320, 3)],
        "branch7x7x3": [(192, 1), (192, _WIDE), (192, _TALL), (192, 3)],
    }
    return _Mixed(768, branches, pool=0)


def _forks(inside: int) -> _Mixed:
    branches: dict[str, Steps] = {
        "branch1x1": [(320, 1)],
        "branch3x3": [(384, 1), (384, _FORK)],
        "branch3x3dbl": [(448, 1), (384, 3), (384, _FORK)],
    }
    return _Mixed(inside, branches, pool=192)
