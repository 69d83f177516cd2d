"""What was learnt from is never what is measured on: by seeds in recipes, by hashes in cards."""

import json
import re
import tomllib
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from sfbench.curation.recipe import read_recipe
from sfbench.simulated.deal import draw_scene

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "model/train").glob("*-mini.toml"))
CARDS = [path for path in sorted((ROOT / "model/mini").glob("*.json")) if "." not in path.stem]
DEMO = 0  # seed of the source `simulated`
SCENES = 400

_WORLD = r"--source (simulated(?::\d+(?::beyond)?)?)"
_MADE = re.compile(rf"curate .*{_WORLD} .*--out (worlds/\w+)")
_MEASURED = re.compile(rf"^(?!.*(?:--calibrate|worlds/)).*curate .*{_WORLD}", re.MULTILINE)


def seed_of(world):
    """Return the seed of `simulated:SEED` or `simulated:SEED:beyond`."""
    return int(world.split(":")[1]) if ":" in world else DEMO


@cache
def folders():
    """Return by folder name all worlds that a recipe says it is made of."""
    named = {}
    for path in sorted((ROOT / "model").rglob("*.toml")):
        text = path.read_text()
        made = [(folder, world) for world, folder in _MADE.findall(text)]
        told = tomllib.loads(text).get("settings", {}).get("worlds", {})
        made += [(folder, world["source"]) for folder, world in told.items()]
        for folder, world in made:
            named.setdefault(folder, set()).add(world)
    return named


def seeds(path, *keys):
    """Return the seeds of the worlds that settings of a recipe name."""
    settings, found = tomllib.loads(path.read_text())["settings"], set()
    for key in keys:
        value = settings.get(key, {})
        worlds = value.values() if isinstance(value, dict) else [value]
        for world in worlds:
            (source,) = folders().get(world, [world])
            if isinstance(source, int):
                found.add(source)
            elif source.startswith("simulated"):  # `learn` may name parts of a network
                found.add(seed_of(source))
    return found


def learnt():
    return {seed for path in RECIPES for seed in seeds(path, "data", "learn")}


def tuned():
    """Return the seeds by which trainings were looked at and thresholds chosen."""
    calibrated = seed_of(read_recipe("simulated").grounding.calibration.source)
    return {calibrated} | {seed for path in RECIPES for seed in seeds(path, "check")}


def held_out():
    return {seed for path in RECIPES for seed in seeds(path, "held_out")}


def measured():
    """Return the seeds of the demo, and of what the pages tell to curate and score."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md")]
    worlds = [world for page in pages for world in _MEASURED.findall(page.read_text())]
    return {DEMO, *map(seed_of, worlds)}


def hashes(*roles):
    """Return the manifests that the cards name under some roles; every other one is held out."""
    cards = [json.loads(path.read_text()).get("manifests", {}) for path in CARDS]
    return {
        value
        for card in cards
        for role, value in card.items()
        if (role if role in ("data", "check") else "held_out") in roles
    }


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_mini_recipe_says_from_which_world_it_learns(path):
    assert seeds(path, "data", "learn")


def test_a_folder_of_clips_is_the_same_world_in_every_recipe():
    assert {folder: len(worlds) for folder, worlds in folders().items()} == dict.fromkeys(
        folders(), 1
    )


def test_nothing_is_measured_on_a_seed_that_was_learnt_from_or_tuned_by():
    assert not learnt() & (tuned() | held_out() | measured())
    assert not tuned() & (held_out() | measured())


def test_no_card_names_a_manifest_both_as_learnt_from_and_as_held_out():
    assert hashes("data") and hashes("check") and hashes("held_out")
    for one, other in combinations(("data", "check", "held_out"), 2):
        assert not hashes(one) & hashes(other)


def test_worlds_of_other_seeds_share_no_scene():
    used = sorted(learnt() | tuned() | held_out() | measured())
    drawn = [{draw_scene(seed, index).seed for index in range(SCENES)} for seed in used]
    assert sum(map(len, drawn)) == len(used) * SCENES
    assert len(set().union(*drawn)) == len(used) * SCENES
