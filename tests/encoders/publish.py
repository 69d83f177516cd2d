"""Hand-made files in the layouts in which checkpoints are published."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from sfbench.weights.declaration import Weights
from sfbench.weights.locate import weights_folder

_BESIDE = 500  # bytes that a file spends on a tensor's name and alignment, at most


def publish(
    patch: pytest.MonkeyPatch,
    home: Path,
    module: ModuleType,
    declaration: str,
    content: Any,
    *,
    old: bool = False,
) -> None:
    """Put `content` where the weights declared in `module` are looked for, in a home of its own.

    Length and hash of the real file are not asked of it. `old` is torch's format before 1.6.
    """
    declared = getattr(module, declaration)
    patch.setenv("SFBENCH_HOME", str(home))
    path = weights_folder() / declared.file
    path.parent.mkdir(parents=True)
    torch.save(content, path, _use_new_zipfile_serialization=not old)
    size = path.stat().st_size
    own = replace(declared, size=size, at_most=None, sha256=None, md5=None)
    patch.setattr(module, declaration, own)


def fills(declared: Weights, shapes: Mapping[str, Sequence[int]]) -> bool:
    """Return whether these tensors, in single precision, are what the published file holds."""
    beside = declared.limit - 4 * sum(math.prod(shape) for shape in shapes.values())
    return 0 < beside < _BESIDE * len(shapes)
