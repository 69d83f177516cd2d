"""Finds and reads the files of the four benchmark folders: recipes, configs, protocols, rows."""

from pathlib import Path
from typing import TypeVar

import msgspec

from sfbench.errors import SfbenchError

T = TypeVar("T")

_PACKAGE = Path(__file__).parent


def benchmark_folder(area: str) -> Path:
    """Return the folder `area` (`curation`, `model`, `eval` or `leaderboard`).

    An installed wheel carries it inside the package, a checkout beside the package.
    """
    carried = _PACKAGE / "benchmark" / area
    return carried if carried.is_dir() else _PACKAGE.parent / area


def find(area: str, name: str) -> Path:
    """Return the file behind a name or a path; a user's own path always wins.

    Raises:
        SfbenchError: There is neither such a file nor such a name; the message lists the names.
    """
    if name.endswith(".toml"):
        path = Path(name)
        if path.is_file():
            return path
        raise SfbenchError(f"there is no file {name}")
    path = benchmark_folder(area) / f"{name}.toml"
    if path.parent == benchmark_folder(area) and path.is_file():
        return path
    known = ", ".join(names(area)) or "none"
    raise SfbenchError(f"there is no {area}/{name}.toml; choose from {known}, or give a .toml file")


def names(area: str) -> list[str]:
    """Return the names of the TOML files of an area, sorted."""
    return sorted(path.stem for path in benchmark_folder(area).glob("*.toml"))


def read_toml(path: Path, kind: type[T]) -> T:
    """Return a TOML file as a `kind`, every field checked.

    Raises:
        SfbenchError: The file cannot be read, is no TOML, or has a missing, unknown or wrong field.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SfbenchError(f"{path} cannot be used: {error}") from None
