"""First values of transformers, where those of torch are missing or learn too slowly."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sfbench.encoders.vit import ImageTower

_PROJECTIONS = ("class_embedding", "proj", "text_projection", "in_proj_weight")
_PLACES = ("positional_embedding", "relative_position_bias_table")
_FLOOR = 1e-2  # share of the mean variance below which a direction is not made louder


def first_values(network: nn.Module) -> None:
    """Fill what CLIP's towers and HTS-AT leave empty, as CLIP and Swin do; torch's seed decides."""
    for module in network.modules():
        for name, value in module.named_parameters(recurse=False):
            if name in _PROJECTIONS:
                nn.init.normal_(value, std=value.shape[-1] ** -0.5)
            if name in _PLACES or isinstance(module, nn.Embedding):
                nn.init.normal_(value, std=0.02)


@torch.no_grad()
def look_alike(tower: ImageTower) -> None:
    """Let tokens of an untrained tower attend to those like themselves, places included.

    Places are sines and cosines of rows and columns, and keys are queries. A tower with few
    examples learns faster from there (Trockman and Kolter, arXiv 2305.09828).
    """
    side = round((len(tower.positional_embedding) - 1) ** 0.5)
    tower.positional_embedding[1:] = _places(side, tower.positional_embedding.shape[1])
    for name, value in tower.named_parameters():
        if name.endswith("in_proj_weight"):
            queries, keys, _ = value.chunk(3)
            keys.copy_(queries)


def _places(side: int, width: int) -> Tensor:
    """Return sines and cosines of the rows and columns of a square, [side * side, width]."""
    waves = torch.arange(width // 4) / (width // 4)
    angles = torch.arange(side)[:, None] / 50**waves  # [side, width / 4]
    one = torch.cat([angles.sin(), angles.cos()], 1)
    rows, columns = one.repeat_interleave(side, 0), one.repeat(side, 1)
    return torch.cat([rows, columns], 1) / 2


@torch.no_grad()
def whiten(tower: ImageTower, pictures: NDArray[np.float32]) -> None:
    """Let an untrained tower see patches by their principal parts, each equally loud.

    Args:
        tower: The tower.
        pictures: Normalised pictures, [N, 3, side, side].
    """
    kernel = tower.conv1.weight
    size = kernel.shape[2]
    patches = torch.from_numpy(pictures).unfold(2, size, size).unfold(3, size, size)
    flat = patches.permute(0, 2, 3, 1, 4, 5).reshape(-1, kernel[0].numel()).double()
    values, vectors = torch.linalg.eigh(torch.cov(flat.T))
    louder = (values + _FLOOR * values.mean()).rsqrt()
    parts = (vectors * louder).T.flip(0)[: len(kernel)]
    kernel[: len(parts)] = parts.reshape(-1, *kernel.shape[1:]).float()
