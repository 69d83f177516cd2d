"""Hand-made files in the layouts in which checkpoints are published."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from sfbench.weights.holding import weights_folder


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
    patch.setattr(module, declaration, replace(declared, size=size, sha256=None))
