"""What the denoiser is told of the video: projected features, each with its position."""

import torch
from torch import Tensor, nn

from sfbench.model.diff_foley.geometry import POSITIONS


class Condition(nn.Module):
    """A linear map and learned positions; keys as in the published checkpoints.

    Args:
        feature: Width of a video feature.
        width: Width of the condition.
    """

    def __init__(self, feature: int, width: int) -> None:
        super().__init__()
        self.embedder = nn.Sequential(nn.Linear(feature, width))
        self.pos_emb = nn.Embedding(POSITIONS, width)

    def forward(self, features: Tensor) -> Tensor:
        """Return the condition, [B, T, width], of features, [B, T, feature], T <= 40.

        Positions begin at 0 in every window.
        """
        places = torch.arange(features.shape[1], device=features.device)
        condition: Tensor = self.embedder(features) + self.pos_emb(places)
        return condition
