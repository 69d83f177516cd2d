"""Pictures flipped, scaled and moved by chance, and where things are in them afterwards."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

_SCALE = (0.75, 1.25)
_SHIFT = 0.2  # of half a side
_BRIGHTER = 0.3
_CONTRAST = 0.2
_NOISE = 0.1


@dataclass(frozen=True, slots=True)
class Moves:
    """For each picture of a batch, what lies where: source = scale · place + shift.

    Attributes:
        scale: Across and down, [B, 2]; below 1 makes things larger, a negative one flips.
        shift: To the right and down, [B, 2], of half a side.
    """

    scale: NDArray[np.float32]
    shift: NDArray[np.float32]

    def pictures(self, pictures: Tensor) -> Tensor:
        """Return pictures, [B, C, S, S], moved; mirrors stand outside of their edges."""
        ways = torch.zeros(len(pictures), 2, 3)
        ways[:, 0, 0], ways[:, 1, 1] = torch.from_numpy(self.scale).unbind(1)
        ways[:, :, 2] = torch.from_numpy(self.shift)
        grid = affine_grid(ways, list(pictures.shape), align_corners=False)
        return grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)

    def boxes(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return boxes, [B, K, 4] from -1 to 1, moved."""
        corners = boxes.reshape(*boxes.shape[:2], 2, 2)  # two corners of across and down
        moved = (corners - self.shift[:, None, None]) / self.scale[:, None, None]
        return np.concatenate([moved.min(2), moved.max(2)], -1)

    def area(self, area: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of the picture, [B], that things have afterwards."""
        larger: NDArray[np.float64] = area / np.abs(self.scale.prod(1))
        return larger


def draw_moves(count: int, rng: Generator) -> Moves:
    """Return moves of so many pictures by chance; half of them flip."""
    scale = rng.uniform(*_SCALE, (count, 1)) * [[1.0, 1.0]]
    scale[:, 0] *= rng.choice([-1.0, 1.0], count)
    shift = rng.uniform(-_SHIFT, _SHIFT, (count, 2))
    return Moves(scale.astype(np.float32), shift.astype(np.float32))


def relit(pictures: Tensor, rng: Generator) -> Tensor:
    """Return normalised pictures, [B, C, S, S], in other light and with some noise."""
    shape = (len(pictures), 1, 1, 1)
    gain = 1 + rng.uniform(-_CONTRAST, _CONTRAST, shape)
    offset, spread = rng.uniform(-_BRIGHTER, _BRIGHTER, shape), rng.uniform(0, _NOISE, shape)
    parts = (torch.as_tensor(part.astype(np.float32)) for part in (gain, offset, spread))
    larger, brighter, noise = parts
    return pictures * larger + brighter + noise * torch.randn_like(pictures)
