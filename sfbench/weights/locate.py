"""Where on this machine a file of weights lies.

Local files win, in this order: an explicit folder, `$SFBENCH_HOME/weights`, the Hugging Face cache.
"""

import os
import re
from pathlib import Path

from sfbench import store
from sfbench.weights.conversion import Conversion, conversion_of, converted_path
from sfbench.weights.declaration import COMMIT, Weights


def locate(declared: Weights, folder: Path | None = None) -> Path | None:
    """Return the file that is used, unchecked, or None when this machine has none.

    A file that was converted to safetensors comes before the published one that it was made from.
    """
    place, conversion = place_of(declared, folder)
    return converted_path(place) if place and conversion else place


def published_path(declared: Weights, folder: Path | None = None) -> Path | None:
    """Return the file as it was published, unchecked, or None when this machine has none."""
    return next((place for place in _places(declared, folder) if place.is_file()), None)


def place_of(
    declared: Weights, folder: Path | None = None
) -> tuple[Path | None, Conversion | None]:
    """Return the published file's place that is used, and the conversion that stands for it."""
    for place in _places(declared, folder):
        conversion = conversion_of(declared, place)
        if conversion is not None or place.is_file():
            return place, conversion
    return None, None


def _places(declared: Weights, folder: Path | None) -> list[Path]:
    places = [weights_folder() / declared.file]
    if folder is not None:
        places.insert(0, folder / declared.file)
    if declared.repo is not None:
        places.append(_in_hub_cache(declared))
    return places


def weights_folder() -> Path:
    """Return the folder that weights are fetched into: `$SFBENCH_HOME/weights`."""
    return store.home() / "weights"


def _in_hub_cache(declared: Weights) -> Path:
    """Return where huggingface_hub keeps the file (its documented cache layout)."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    repository = home / "hub" / f"models--{(declared.repo or '').replace('/', '--')}"
    return repository / "snapshots" / _commit(declared, repository) / (declared.path or "")


def _commit(declared: Weights, repository: Path) -> str:
    """Return the commit in the cache that a revision names, or a name that is nowhere there."""
    reference = repository / "refs" / (declared.revision or "")
    if re.fullmatch(COMMIT, declared.revision or "") or not reference.is_file():
        return declared.revision or ""
    named = reference.read_text(encoding="utf-8", errors="replace").strip()
    return named if re.fullmatch(COMMIT, named) else "none"
