"""Weights by a rule from a seed: the right shapes and cost, no meaning, the same everywhere.

They stand in for published weights in tiny models and benchmarks, and never under a model's name
alone: whoever uses them says so in config, contents and notes.
"""

import zlib
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from sfbench.encoders.fill import filled
from sfbench.store import fingerprint

Network = TypeVar("Network", bound=nn.Module)

NOTE = "The weights are random, made by a rule from a seed: no figure says what a model can do."
"""What the reader of a result must know."""


def random_network(make: Callable[[], Network], name: str, seed: int = 0) -> Network:
    """Return the network that `make` makes, filled by the rule, in evaluation mode.

    Args:
        make: Makes the network; it is called without memory for tensors.
        name: Keeps networks with tensors of one name apart.
        seed: Seed of the rule.
    """
    with torch.device("meta"):
        shapes = make().state_dict()
    return filled(make, {key: _tensor(f"{seed}/{name}/{key}", shapes[key]) for key in shapes})


def random_contents(name: str, seed: int = 0) -> dict[str, str]:
    """Return what `contents` says of such a network: that it is random, and a hash of its rule."""
    return {f"random weights ({name})": fingerprint(["normal by crc32 of the key", name, seed])}


def _tensor(key: str, like: Tensor) -> Tensor:
    """Return variances and gains about 1, offsets about 0, matrices that keep a signal's size."""
    if not like.is_floating_point():
        return torch.zeros(like.shape, dtype=like.dtype)
    random = np.random.Generator(np.random.PCG64(zlib.crc32(key.encode())))
    x = random.standard_normal(tuple(like.shape), np.float32)
    if like.ndim >= 2:
        x = x / np.float32(np.sqrt(np.prod(like.shape[1:])))
    elif key.endswith(("weight", "running_var")):
        x = 1 + np.abs(0.1 * x)
    else:
        x = 0.05 * x
    return torch.from_numpy(np.asarray(x, np.float32))
