"""The trainer `series`: curates worlds, then trains by one recipe after another, into one folder.

What is finished is not done again, so a series that was stopped goes on where it was.
"""

from pathlib import Path
from typing import Any

import msgspec

from sfbench import benchmark_files, store
from sfbench.curation.curate import curate
from sfbench.curation.how import How
from sfbench.curation.recipe import read_recipe
from sfbench.curation.sources import open_source
from sfbench.errors import SfbenchError
from sfbench.model.settings import checked
from sfbench.model.train import TrainingRecipe, trainers
from sfbench.progress import Watch

DONE = "series.json"
"""Hashes, by name, of the recipes that are finished."""


_SHIPPED = "model/mini/"


class Curated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dataset folder that recipes of the series learn from.

    Attributes:
        source: Where its clips come from.
        limit: How many.
        recipe: Curation recipe.
    """

    source: str
    limit: int
    recipe: str


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a series.

    Attributes:
        recipes: Names of training recipes in `model/train/`, in order.
        worlds: Dataset folders to curate first, by folder.
    """

    recipes: list[str]
    worlds: dict[str, Curated] = {}


def train_series(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe: all of a series, into `out`.

    Args:
        given: The recipe's settings; see `Settings`.
        out: Where all weights, figures and cards go, and from where later recipes take them.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: A recipe cannot be used, or `out` holds a training that was begun and `resume`
            does not say to go on.
    """
    settings = checked(given, Settings)
    for folder, world in settings.worlds.items():
        source = open_source(world.source, world.limit)
        curate(read_recipe(world.recipe), source, Path(folder), how=How(watch=watch))
    done = _done(out)
    for name in settings.recipes:
        path = benchmark_files.find("model/train", name)
        sha256 = store.sha256_file(path)
        if done.get(name) == sha256:
            continue
        recipe = benchmark_files.read_toml(path, TrainingRecipe)
        trainers[recipe.trainer](placed(recipe.settings, out), out, resume, watch)
        done[name] = sha256
        store.write_json(out / DONE, done)


def placed(settings: dict[str, Any], out: Path) -> dict[str, Any]:
    """Return settings that begin from what the series trained, not from what is shipped.

    >>> placed({"networks": {"weights": "mini"}}, Path("new"))
    {'networks': {'weights': 'mini', 'mini': 'new'}}
    >>> placed({"clip": "model/mini/clip.safetensors"}, Path("new"))
    {'clip': 'new/clip.safetensors'}
    """
    own: dict[str, Any] = {
        key: str(out / value.removeprefix(_SHIPPED))
        for key, value in settings.items()
        if isinstance(value, str) and value.startswith(_SHIPPED)
    }
    if settings.get("networks", {}).get("weights") == "mini":
        own["networks"] = settings["networks"] | {"mini": str(out)}
    return settings | own


def _done(out: Path) -> dict[str, str]:
    path = out / DONE
    if not path.is_file():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except msgspec.MsgspecError as error:
        raise SfbenchError(f"{path} cannot be used: {error}; delete it to train all anew") from None
