"""Finds and reads the files of the four benchmark folders: recipes, configs, protocols, rows."""

from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from sfbench.errors import SfbenchError

FORMAT = 1
"""Version of the formats of recipes, configs, protocols, training recipes and reported rows."""

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
    """Return the names of the TOML files of an area, sorted.

    A file beside a folder of its name says how that folder is made, and is none of them.
    """
    files = benchmark_folder(area).glob("*.toml")
    return sorted(path.stem for path in files if not path.with_suffix("").is_dir())


class Versioned(Protocol):
    """A file that states the version of its format."""

    @property
    def format(self) -> int:
        """Version of the file's format."""
        ...


V = TypeVar("V", bound=Versioned)


def read_toml(path: Path, kind: type[V], area: str | None = None) -> V:
    """Return a TOML file as a `kind`, every field checked.

    Args:
        path: The file.
        kind: What it holds.
        area: Where the file may say `extends = "name"`: the folder of that name's file, or a path
            from the file itself. What a file does not say, the one that it extends says; tables
            are taken over entry by entry.

    Raises:
        SfbenchError: The file cannot be read, is no TOML, is of another format version, has a
            missing, unknown or wrong field, or extends itself.
    """
    try:
        read = msgspec.convert(_content(path, area), kind)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SfbenchError(f"{path} cannot be used: {error}") from None
    if read.format != FORMAT:
        raise SfbenchError(f"{path} has format {read.format}, this sfbench reads {FORMAT}")
    return read


def _content(path: Path, area: str | None, above: tuple[Path, ...] = ()) -> dict[str, Any]:
    content: dict[str, Any] = msgspec.toml.decode(path.read_bytes())
    if area is None or "extends" not in content:
        return content
    name = str(content.pop("extends"))
    base = path.parent / name if name.endswith(".toml") else find(area, name)
    if base.resolve() in (path.resolve(), *above):
        raise SfbenchError(f"{path} extends itself: {name}")
    below = _content(base, area, (path.resolve(), *above))
    return below | {key: _over(below.get(key), value) for key, value in content.items()}


def _over(below: object, value: object) -> object:
    return {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
