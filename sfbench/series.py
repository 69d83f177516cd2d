"""The trainer `series`: curates worlds, then trains by many recipes, into one folder.

Recipes that need nothing of each other train side by side, each on its share of the cores. What is
finished is not done again, unless its recipe or one that it begins from has changed; so a series
that was stopped goes on where it was.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from functools import partial
from graphlib import CycleError, TopologicalSorter
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
from pebble import ProcessExpired, ProcessPool

from sfbench import benchmark_files, store
from sfbench.curation.curate import curate
from sfbench.curation.how import How
from sfbench.curation.recipe import read_recipe
from sfbench.curation.sources import open_source
from sfbench.errors import SfbenchError
from sfbench.executor.local import cores, end_with_parent
from sfbench.model.settings import checked
from sfbench.model.train import TrainingRecipe, trainers
from sfbench.model.training.pace import Count
from sfbench.progress import Watch, lines, quiet

DONE = "series.json"
"""Hashes, by name, of the recipes that are finished, each with all that it begins from."""

_SHIPPED = "model/mini/"


class Curated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dataset folder that recipes of the series learn from.

    Attributes:
        source: Where its clips come from.
        limit: How many.
        recipe: Name of a curation recipe in `model/train/`, or a path.
    """

    source: str
    limit: int
    recipe: str


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a series.

    Attributes:
        recipes: By the name of a training recipe in `model/train/`, or its path, those that it
            begins from; of the ones that could begin, the first does.
        at_once: Recipes that train side by side; no more than there are cores.
        worlds: Dataset folders to curate first, by folder.
    """

    recipes: dict[str, list[str]]
    at_once: Count = 1
    worlds: dict[str, Curated] = {}


def train_series(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe: all of a series, into `out`.

    What fails or is interrupted stops what trains beside it, which can be resumed.

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
    done, hashes = _done(out), _hashes(settings.recipes)
    left = _left(settings.recipes, done, hashes)
    needs = {name: [one for one in settings.recipes[name] if one in left] for name in left}
    for folder, world in settings.worlds.items():
        source = open_source(world.source, world.limit)
        curate(read_recipe(str(_path(world.recipe))), source, Path(folder), how=How(watch=watch))
    told = watch is not quiet
    with closing(_trained(needs, settings.at_once, out, resume=resume, told=told)) as trained:
        for name in (lines if told else quiet)(trained, len(left), "recipes"):
            done[name] = hashes[name]
            for one in _onward(settings.recipes, name):  # its file was written over
                done.pop(one, None)
            store.write_json(out / DONE, done)


def _left(recipes: dict[str, list[str]], done: dict[str, str], hashes: dict[str, str]) -> list[str]:
    """Return the recipes that are due, in order.

    What learnt on in the file of another recipe, and has changed, needs that file as it was.
    """
    changed = {name for name in recipes if done.get(name) != hashes[name]}
    again = {name for name in recipes if changed & done.keys() & set(_onward(recipes, name))}
    return [name for name in recipes if name in changed | again]


def _onward(recipes: dict[str, list[str]], name: str) -> list[str]:
    """Return the recipes that learn on in the file that a recipe writes, by its own trainer."""
    later = [one for one, begins in recipes.items() if name in begins]
    return [one for one in later if _recipe(one).trainer == _recipe(name).trainer]


def _hashes(recipes: dict[str, list[str]]) -> dict[str, str]:
    """Return, by name, the hash of each recipe and of all that it begins from."""
    hashes: dict[str, str] = {}
    for name in _in_order(recipes):
        begins = [hashes[one] for one in recipes[name]]
        hashes[name] = store.fingerprint([store.sha256_file(_path(name)), *begins])
    return hashes


def _in_order(recipes: dict[str, list[str]]) -> list[str]:
    """Return the recipes, each after those that it begins from."""
    for name, needs in recipes.items():
        if unknown := set(needs) - set(recipes):
            raise SfbenchError(f"{name} begins from {sorted(unknown)}, not a recipe of this series")
    try:
        return list(TopologicalSorter(recipes).static_order())
    except CycleError as error:
        raise SfbenchError(f"recipes wait for each other: {' <- '.join(error.args[1])}") from None


def _trained(
    needs: dict[str, list[str]], at_once: int, out: Path, *, resume: bool, told: bool
) -> Generator[str, None, None]:
    """Yield the names of recipes as workers finish them."""
    count = min(at_once, cores())
    pool = _workers(count)
    train = partial(_train, out=out, resume=resume, told=told)
    try:
        yield from _finished(needs, count, lambda name: pool.schedule(train, args=(name,)))
        pool.close()
    except BaseException:
        pool.stop()
        raise
    finally:
        pool.join()


def _finished(
    needs: dict[str, list[str]], at_once: int, train: Callable[[str], Future[None]]
) -> Iterator[str]:
    """Yield the names of recipes as they are finished, each after those that it needs."""
    sorter, order = TopologicalSorter(needs), list(needs)
    sorter.prepare()
    ready: list[str] = []
    running: dict[Future[None], str] = {}
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=order.index)
        while ready and len(running) < at_once:
            name = ready.pop(0)
            running[train(name)] = name
        for ended in wait(running, return_when=FIRST_COMPLETED).done:
            name = running.pop(ended)
            _passed(name, ended)
            sorter.done(name)
            yield name


def _passed(name: str, ended: Future[None]) -> None:
    try:
        ended.result()
    except ProcessExpired as error:
        raise SfbenchError(f"the worker of {name} ended: {error}; go on with --resume") from None


def _workers(count: int) -> Any:
    share = max(1, cores() // count)
    return ProcessPool(
        max_workers=count,
        max_tasks=1,
        context=get_context("spawn"),
        initializer=_begin_worker,
        initargs=(share,),
    )


def _begin_worker(threads: int) -> None:
    import torch

    end_with_parent()
    torch.set_num_threads(threads)


def _train(name: str, out: Path, resume: bool, told: bool) -> None:
    recipe = _recipe(name)
    watch = _titled(name) if told else quiet
    trainers[recipe.trainer](placed(recipe.settings, out), out, resume, watch)


def _titled(name: str) -> Watch:
    """Return what shows progress as lines that say of which recipe, as bars would overlap."""

    def watch(items: Iterable[Any], total: int, what: str) -> Iterator[Any]:
        return lines(items, total, f"{name}, {what}")

    return watch


def _recipe(name: str) -> TrainingRecipe:
    return benchmark_files.read_toml(_path(name), TrainingRecipe)


def _path(name: str) -> Path:
    return benchmark_files.find("model/train", name)


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
