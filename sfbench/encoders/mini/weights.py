"""Weights that this project trained and ships, in `model/mini/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from sfbench import store
from sfbench.benchmark_files import benchmark_folder
from sfbench.errors import SfbenchError
from sfbench.weights.state import load_state


@dataclass(frozen=True, slots=True)
class Mini:
    """The weights of a small encoder.

    Attributes:
        path: Their file.
        state: Their tensors.
        signature: `mini-`, their name, and the begin of their hash.
    """

    path: Path
    state: Mapping[str, Tensor]
    signature: str


def read_mini(name: str, weights: Path | None = None) -> Mini:
    """Return the weights of `model/mini/NAME.safetensors`, or of another file.

    Raises:
        SfbenchError: The file is missing or damaged; the message says how to train anew.
    """
    path = weights or benchmark_folder("model") / "mini" / f"{name}.safetensors"
    if not path.is_file():
        recipe = benchmark_folder("model") / "train" / f"{name}-mini.toml"
        raise SfbenchError(f"mini-{name} has no weights at {path}; type: sfbench train {recipe}")
    return Mini(path, load_state(path), f"mini-{name}-{store.sha256_file(path)[:12]}")
