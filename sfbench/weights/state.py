"""Reads the tensors of a weights file and runs none of its code."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sfbench.errors import SfbenchError

if TYPE_CHECKING:
    from torch import Tensor

# Below torch 2.6, `weights_only=True` can be made to run code (CVE-2025-32434).
_SAFE_TORCH = (2, 6)


def load_state(path: Path) -> "dict[str, Tensor]":
    """Return the tensors of a weights file by name, on the CPU.

    A `.safetensors` file is read as such, any other by `torch.load(weights_only=True)`. Of a
    training checkpoint, the state under `state_dict`, `model` or `generator` is returned; numpy's
    numbers beside it are let through and left out. Tensors in groups, as IP-Adapter's
    `{"image_proj": {…}, "ip_adapter": {…}}`, are named `group.name`.

    Raises:
        SfbenchError: A package is missing, or the file is damaged, wants code to be run, or holds
            something other than named tensors.
    """
    return read_state(path)[0]


def read_state(path: Path) -> "tuple[dict[str, Tensor], list[str]]":
    """Return what `load_state` does, and the names of what lay beside it and was left out.

    Raises:
        SfbenchError: As `load_state`.
    """
    try:
        content = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    except ModuleNotFoundError as error:
        raise SfbenchError(
            f"reading weights needs {error.name}: pip install 'sfbench[weights]'"
        ) from None
    return _named_tensors(content, path)


def _read_safetensors(path: Path) -> Any:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise SfbenchError(_unreadable(path, error)) from None


def _read_torch(path: Path) -> Any:
    import torch

    if tuple(int(part) for part in torch.__version__.split(".")[:2]) < _SAFE_TORCH:
        raise SfbenchError(
            f"torch {torch.__version__} cannot read {path} safely: "
            "pip install --upgrade 'torch>=2.6'"
        )
    try:
        with torch.serialization.safe_globals(_numpy_values()):
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a stranger's bytes can make the reader stumble anywhere
        raise SfbenchError(_unreadable(path, error)) from None


def _numpy_values() -> list[Any]:
    """Return what rebuilds numpy's numbers and arrays of numbers, under its old and new names.

    Training checkpoints keep such values beside the tensors. Building one runs no code of the file.
    """
    builders: list[Any] = [np.float64(0).__reduce__()[0], np.empty(0).__reduce__()[0]]
    names = [
        (builder, f"numpy.{core}.multiarray.{builder.__name__}")
        for builder in builders
        for core in ("core", "_core")
    ]
    codes = np.typecodes["AllInteger"] + np.typecodes["Float"] + "?"
    return [*names, np.ndarray, np.dtype, *{type(np.dtype(code)) for code in codes}]


def _unreadable(path: Path, error: Exception) -> str:
    why = _reason(str(error)) or type(error).__name__
    return (
        f"{path} cannot be read as plain tensors ({why}); nothing in it was run. "
        "Delete it and fetch it again, or convert it to .safetensors where you trust it"
    )


def _reason(told: str) -> str:
    """Return the one line of an error that says why."""
    if not told.startswith("Weights only load failed"):
        return told.partition("\n")[0]
    # Torch says it last, after the advice to run the file's code and before where to read more.
    last = told.partition("\n\nCheck the documentation")[0].rstrip().rpartition("\n")[2]
    return last.rpartition("WeightsUnpickler error: ")[2].partition(". Please use")[0].rstrip(".")


def _named_tensors(content: Any, path: Path) -> "tuple[dict[str, Tensor], list[str]]":
    left_out: list[str] = []
    for wrapper in ("state_dict", "model", "generator"):
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            left_out += [str(name) for name in content if name != wrapper]
            content = content[wrapper]
    if isinstance(content, dict) and content and all(map(_is_state, content.values())):
        content = {
            f"{group}.{key}": content[group][key] for group in content for key in content[group]
        }
    if not _is_state(content):
        raise SfbenchError(f"{path} holds something other than named tensors; is it weights?")
    return dict(content), left_out


def _is_state(content: Any) -> bool:
    import torch

    return isinstance(content, dict) and all(
        isinstance(name, str) and isinstance(value, torch.Tensor) for name, value in content.items()
    )
