"""Both towers of the mini CLIP, as they learn."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from sfbench.encoders.clip.merges import CONTEXT
from sfbench.encoders.clip.tokens import Tokenizer
from sfbench.encoders.clip.towers import normalised
from sfbench.encoders.clip.vit import Geometry, ImageTower, TextTower
from sfbench.encoders.square import MINI_SIDE
from sfbench.model.encoders.first_values import first_values

_TOGETHER = 64  # pictures


class Clip(nn.Module):
    """Both towers, and the factor on their cosines."""

    def __init__(self, image: Geometry, text: Geometry, patch: int, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.grid = MINI_SIDE // patch
        self.tokenizer = tokenizer
        self.visual = ImageTower(image, patch, MINI_SIDE)
        self.text = TextTower(text, tokenizer.vocabulary, CONTEXT)
        self.logit_scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))
        first_values(self)

    @property
    def scale(self) -> Tensor:
        """The factor on cosines, at most 100."""
        return self.logit_scale.exp().clamp(max=100)

    def look(self, pictures: Tensor, kept: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return embeddings of pictures, [B, D], and of those patches of them that are `kept`.

        Args:
            pictures: Normalised, [B, 3, S, S].
            kept: Places of patches, [B, K].

        Returns:
            [B, D], and [B, K, D]; each patch is embedded as if it were the whole.
        """
        tokens = self.visual.tokens(pictures)
        places = torch.as_tensor(np.pad(kept + 1, ((0, 0), (1, 0))))  # the first is the whole
        tokens = tokens.gather(1, places[:, :, None].expand(-1, -1, tokens.shape[2]))
        seen = self.visual.ln_post(self.visual.transformer(tokens)) @ self.visual.proj
        return seen[:, 0], seen[:, 1:]

    def see(self, pictures: NDArray[np.uint8]) -> Tensor:
        """Return embeddings of pictures, [T, H, W, 3], of unit length, [T, D]."""
        parts = np.array_split(pictures, -(-len(pictures) // _TOGETHER))
        return normalize(torch.cat([self.visual(tensor_of(part)) for part in parts]), dim=-1)

    def read(self, texts: list[str]) -> Tensor:
        """Return embeddings of texts of unit length, [texts, D]."""
        return normalize(self.text(torch.as_tensor(self.tokenizer(texts))), dim=-1)


def tensor_of(pictures: NDArray[np.uint8]) -> Tensor:
    """Return what a network sees of pictures, [T, 3, side, side]."""
    return torch.as_tensor(np.stack([normalised(picture) for picture in pictures]))
