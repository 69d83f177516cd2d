"""How much of the label is seen in a picture: the cosine of projected pictures and the text.

Source: Zhang et al., arXiv 2412.18157, section II-C. The loss that trains the projection is not
published; without a trained one, raw cosines are scaled, see docs/smooth-foley.md.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from sfbench.encoders.fill import filled

_MATCH = 0.5


class LabelProjection(nn.Module):
    """Maps embeddings of pictures, [..., width], into the space of texts, [..., width].

    A linear map and what a hidden layer adds to it, which helps to tell a thing at work from one at
    rest; untrained, it changes nothing.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, width)
        self.hidden = nn.Linear(width, 2 * width)
        self.outer = nn.Linear(2 * width, width)
        nn.init.eye_(self.proj.weight)
        for begun_at_zero in (self.proj.bias, self.outer.weight, self.outer.bias):
            nn.init.zeros_(begun_at_zero)

    def forward(self, pictures: Tensor) -> Tensor:
        projected: Tensor = self.proj(pictures) + self.outer(functional.gelu(self.hidden(pictures)))
        return projected


def label_projection(state: Mapping[str, Tensor]) -> LabelProjection:
    """Return a trained projection.

    Raises:
        SfbenchError: A tensor is missing, unknown or of another shape.
    """
    width = len(state.get("proj.bias", torch.zeros(1)))
    return filled(lambda: LabelProjection(width), state)


def similarity(
    pictures: Tensor, text: Tensor, projection: LabelProjection | None, matching: float
) -> Tensor:
    """Return the similarity of each picture with a text, [N], at most 1 after training.

    Args:
        pictures: Embeddings, [N, width].
        text: Embedding of the text, [width].
        projection: A trained projection, or None.
        matching: Raw cosine that counts as 0.5 where there is no projection.
    """
    if projection is not None:
        return functional.cosine_similarity(projection(pictures), text, dim=-1)
    return functional.cosine_similarity(pictures, text, dim=-1) * (_MATCH / matching)
