"""Random weights by a rule: for tests of a whole path, never for results."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from sfbench.encoders.fill import filled
from sfbench.model.chance import chance

Network = TypeVar("Network", bound=nn.Module)


def random_network(make: Callable[[], Network], seed: int) -> Network:
    """Return the network that `make` makes with random weights; they say nothing of its worth.

    A value depends on its key and the seed alone. Kernels and matrices are normal, their deviation
    1 over the root of what they sum over; scales and variances are 1, all else is 0.
    """
    with torch.device("meta"):
        state = make().state_dict()
    return filled(make, {key: _value(key, value, seed) for key, value in state.items()})


def _value(key: str, like: Tensor, seed: int) -> Tensor:
    if like.ndim >= 2:
        drawn = chance(key, seed).standard_normal(tuple(like.shape), np.float32)
        return torch.from_numpy(drawn / np.float32(like[0].numel() ** 0.5))
    one = like.ndim == 1 and key.endswith(("weight", "running_var"))
    return torch.full(like.shape, float(one)).to(like.dtype)
