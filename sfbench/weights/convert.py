"""Pickled weights → safetensors: the tensors alone, read by the safe loader and compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.progress import Watch, quiet
from sfbench.weights.conversion import (
    Conversion,
    conversion_of,
    converted_path,
    is_pickled,
    remember,
)
from sfbench.weights.declaration import Weights, chosen
from sfbench.weights.holding import agrees, fits
from sfbench.weights.locate import published_path, weights_folder
from sfbench.weights.state import load_state, read_state

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """One file of weights that lies here in safetensors; a row of what the verb prints."""

    name: str
    path: str
    conversion: Conversion

    def __str__(self) -> str:
        """Return the row for people."""
        before, after = self.conversion.source_size / 1e6, self.conversion.size / 1e6
        left_out = ", ".join(self.conversion.left_out)
        beside = f"; left out: {left_out}" if left_out else ""
        return f"{self.name}: {before:.1f} MB → {after:.1f} MB{beside}; {self.path}"


def convert_weights(
    names: Sequence[str] = (), folder: Path | None = None, *, watch: Watch = quiet
) -> list[Converted]:
    """Return the named weights (all that are here, without names) once they are in safetensors.

    What is published in another format than pickle is passed over. Networks are filled from the
    converted file from then on; the published one may be deleted.

    Raises:
        SfbenchError: A name is unknown, its file is not here, is not the declared one, or holds
            something other than named tensors.
    """
    pickled = [one for one in chosen(names) if is_pickled(one)]
    todo = [one for one in pickled if _is_here(one, folder)]
    absent = [one.name for one in pickled if one not in todo]
    if names and absent:
        raise SfbenchError(
            f"not on this machine: {', '.join(absent)}; type: "
            f"sfbench weights fetch {' '.join(names)}"
        )
    return [_convert(one, folder) for one in watch(todo, len(todo), "convert")]


def _is_here(declared: Weights, folder: Path | None) -> bool:
    return published_path(declared, folder) is not None or _done(declared, folder) is not None


def _done(declared: Weights, folder: Path | None) -> Converted | None:
    for place in [*([folder] if folder else []), weights_folder()]:
        path = place / declared.file
        if (known := conversion_of(declared, path)) is not None:
            return Converted(name=declared.name, path=str(converted_path(path)), conversion=known)
    return None


def _convert(declared: Weights, folder: Path | None) -> Converted:
    if (done := _done(declared, folder)) is not None:
        return done
    source = published_path(declared, folder)
    if source is None:
        raise SfbenchError(f"{declared.name} was taken away while it was to be converted")
    sha256 = store.sha256_file(source)
    if not fits(declared, source, source.stat().st_size) or (
        agrees(declared, source, source, sha256) is False
    ):
        raise SfbenchError(
            f"{source} is not the {declared.name} that was declared; delete it and type: "
            f"sfbench weights fetch {declared.name}"
        )
    state, left_out = read_state(source)
    place = _place(declared, source, folder)
    target = converted_path(place)
    _write(state, target)
    conversion = Conversion(
        source_sha256=sha256,
        source_size=source.stat().st_size,
        sha256=store.sha256_file(target),
        size=target.stat().st_size,
        left_out=left_out,
    )
    remember(place, conversion)
    return Converted(name=declared.name, path=str(target), conversion=conversion)


def _place(declared: Weights, source: Path, folder: Path | None) -> Path:
    """Return the path beside which the result lies; the hub's cache is not ours to write to."""
    ours = [place / declared.file for place in [*([folder] if folder else []), weights_folder()]]
    place = source if source in ours else ours[0]
    if converted_path(place).exists():
        raise SfbenchError(
            f"{converted_path(place)} is there and was not made from {source}; move it away"
        )
    return place


def _write(state: "dict[str, Tensor]", target: Path) -> None:
    import torch
    from safetensors.torch import save_file

    with store.replacing(target) as partial:
        save_file(_unshared(state), partial)
        written = load_state(partial)
        if written.keys() != state.keys() or not all(
            torch.equal(written[name].nan_to_num(), state[name].nan_to_num()) for name in state
        ):
            raise SfbenchError(f"{target} did not come back as it was written; is the disk sound?")


def _unshared(state: "dict[str, Tensor]") -> "dict[str, Tensor]":
    """Return tensors that lie side by side in memory, none in another, as safetensors wants."""
    seen: set[int] = set()
    alone = {}
    for name, tensor in state.items():
        own = tensor.detach().contiguous()
        place = own.untyped_storage().data_ptr()
        alone[name] = own.clone() if place in seen else own
        seen.add(place)
    return alone
