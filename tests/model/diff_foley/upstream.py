"""Weights and inputs by which the golden vectors of Diff-Foley were made."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sfbench.model.diff_foley.schedule import without_schedule
from tests.golden import rule

SALT = "sfbench-1"


def state(layout: str, prefix: str = "") -> dict[str, Tensor]:
    """Return what the rule puts under the published keys with a prefix; no schedule."""
    shapes = {key: of for key, of in rule.keys(layout).items() if key.startswith(prefix)}
    chosen = dict.fromkeys(shapes, torch.empty(0))
    values = rule.state(SALT, {key: shapes[key] for key in without_schedule(chosen)}, {})
    return {key: torch.from_numpy(np.asarray(value)) for key, value in values.items()}


def on_meta(layout: str) -> dict[str, Tensor]:
    """Return a published layout, schedule included, without memory."""
    return {key: torch.empty(shape, device="meta") for key, shape in rule.keys(layout).items()}


def normal(network: str, name: str, *shape: int) -> Tensor:
    """Return an input that was drawn from a normal distribution."""
    return torch.from_numpy(_drawn(network, name).standard_normal(shape).astype(np.float32))


def uniform(network: str, name: str, *shape: int) -> Tensor:
    """Return an input that was drawn from 0 to 1."""
    return torch.from_numpy(_drawn(network, name).random(shape, np.float32))


def features(network: str, *shape: int) -> Tensor:
    """Return video features: normal rows of length 1."""
    rows = normal(network, "video_feat", *shape)
    return rows / rows.norm(dim=-1, keepdim=True)


def vectors(network: str) -> dict[str, NDArray]:
    """Return the stored outputs."""
    return rule.vectors(f"diff-foley-{network}")


def _drawn(network: str, name: str) -> np.random.Generator:
    return rule.chance(SALT, f"input/difffoley-{network}/{name}")
