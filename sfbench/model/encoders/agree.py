"""How well two sets of embeddings agree, when several of one may fit one of the other."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize


def contrast(rows: Tensor, columns: Tensor, same: NDArray[np.bool_], scale: Tensor) -> Tensor:
    """Return the contrastive loss of two sets of embeddings, [R, D] and [C, D].

    Each side is asked which of the other fit it; those that fit share the answer, so that two
    things of one kind are no contrast. With one that fits each, this is the loss of CLIP (Radford
    et al., arXiv 2103.00020).

    Args:
        rows: Embeddings, [R, D].
        columns: Embeddings, [C, D].
        same: Which fit, [R, C]; every row and every column has one or more.
        scale: Factor on the cosines.
    """
    logits = scale * normalize(rows, dim=-1) @ normalize(columns, dim=-1).T
    fits = torch.from_numpy(same).to(logits)
    across = (logits.log_softmax(1) * fits).sum(1) / fits.sum(1)
    down = (logits.log_softmax(0) * fits).sum(0) / fits.sum(0)
    return -(across.mean() + down.mean()) / 2


def best(rows: Tensor, columns: Tensor) -> NDArray[np.int64]:
    """Return which of the columns, [C, D], has the greatest cosine with each row, [R, D]."""
    cosines = normalize(rows, dim=-1) @ normalize(columns, dim=-1).T
    return cosines.argmax(1).numpy()


def share(right: NDArray[np.bool_]) -> float | None:
    """Return the share of right answers; None without a question."""
    return float(right.mean()) if len(right) else None
