"""The weights that a system needs, all of them, or one message that says how to get them."""

from pathlib import Path

from sfbench.errors import SfbenchError
from sfbench.weights.declaration import Weights, chosen
from sfbench.weights.holding import Holding, verify
from sfbench.weights.locate import locate


def require(name: str, folder: Path | None = None) -> dict[str, Holding]:
    """Return what this machine holds of a row or group, by name of each file, checked.

    Nothing is fetched. Each holding has a `path`, and in `published_sha256` the hash that a
    generator's `contents` should tell.

    Raises:
        SfbenchError: Files are missing (the message names them, their sizes and licences, and the
            command that fetches them), or are not those that were declared.
    """
    files = chosen([name])
    missing = [one for one in files if locate(one, folder) is None]
    if missing:
        raise SfbenchError(_absent(name, missing))
    holdings = {one.name: verify(one, folder) for one in files}
    wrong = [one for one in holdings.values() if not one.usable]
    if wrong:
        listed = ", ".join(f"{one.path} ({one.status})" for one in wrong)
        raise SfbenchError(
            f"not the weights that were declared: {listed}; delete them and type: "
            f"sfbench weights fetch {name}"
        )
    return holdings


def _absent(name: str, missing: list[Weights]) -> str:
    rows = [f"  {one.name}: {_size(one)}, {one.licence}" for one in missing]
    total = sum(one.limit for one in missing)
    bound = "at most " if any(one.size is None for one in missing) else ""
    files = "1 file" if len(rows) == 1 else f"{len(rows)} files"
    return "\n".join(
        [
            f"{name} needs {files} of weights that are not on this machine:",
            *rows,
            f"{bound}{_amount(total)} in all; type: sfbench weights fetch {name}",
        ]
    )


def _size(declared: Weights) -> str:
    return f"{'' if declared.size else 'at most '}{_amount(declared.limit)}"


def _amount(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{round(size / 1e6, 1):g} MB"
