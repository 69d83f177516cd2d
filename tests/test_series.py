import json
import os
import re
from concurrent.futures import Future
from pathlib import Path

import pytest
from pebble import ThreadPool

from sfbench import benchmark_files
from sfbench.errors import SfbenchError
from sfbench.model import train as table
from sfbench.progress import quiet, shown
from sfbench.series import _finished, _passed, _workers, train_series
from sfbench.store import sha256_file
from tests.model.tuning.world import write_world


@pytest.fixture
def trained(monkeypatch):
    """Let trainers only note what they are asked for; the one called by `broken` fails."""
    calls = []

    class Trainers:
        broken = ""

        def __getitem__(self, name):
            def trainer(settings, out, resume, watch):
                if self.broken in (name, settings.get("learn")):
                    raise SfbenchError("stopped")
                calls.append((name, settings))

            return trainer

    made = Trainers()
    monkeypatch.setattr("sfbench.series.trainers", made)
    monkeypatch.setattr("sfbench.series._workers", ThreadPool)
    return calls, made


SHORT = {
    "steps": 20,
    "clips": 48,
    "batch": 4,
    "warm_up": 2,
    "cool_down": 2,
    "check_share": 0.3,
    "check_clips": 8,
    "check_every": 20,
    "sample_every": 20,
}

RECIPES = {"recipes": {"text-to-audio-mini": ["autoencoder-mini"], "autoencoder-mini": []}}
ONWARD = {"recipes": {"autoencoder-mini": [], "decoder-mini": ["autoencoder-mini"]}}


def test_what_a_series_finished_is_not_done_again(trained, tmp_path):
    calls, trainers = trained
    trainers.broken = "text-to-audio"
    with pytest.raises(SfbenchError, match="stopped"):
        train_series(RECIPES, tmp_path, False, quiet)
    trainers.broken = ""
    train_series(RECIPES, tmp_path, True, quiet)
    assert [name for name, _ in calls] == ["autoencoder", "text-to-audio"]


def test_a_recipe_is_followed_again_when_one_that_it_begins_from_has_changed(
    trained, tmp_path, monkeypatch
):
    calls, _ = trained
    train_series(RECIPES, tmp_path, False, quiet)
    changed = {"autoencoder-mini": "of another size"}
    monkeypatch.setattr(
        "sfbench.store.sha256_file", lambda path: changed.get(path.stem, sha256_file(path))
    )
    train_series(RECIPES, tmp_path, True, quiet)
    assert [name for name, _ in calls] == ["autoencoder", "text-to-audio"] * 2


def test_a_decoder_by_another_recipe_begins_from_its_autoencoder_which_is_trained_once(
    trained, tmp_path, monkeypatch
):
    calls, trainers = trained
    train_series(ONWARD, tmp_path, False, quiet)
    changed = {"decoder-mini": "rougher"}
    monkeypatch.setattr(
        "sfbench.store.sha256_file", lambda path: changed.get(path.stem, sha256_file(path))
    )
    trainers.broken = "decoder"
    with pytest.raises(SfbenchError, match="stopped"):
        train_series(ONWARD, tmp_path, True, quiet)
    trainers.broken = ""
    train_series(ONWARD, tmp_path, True, quiet)
    train_series(ONWARD, tmp_path, True, quiet)
    assert [settings.get("learn") for _, settings in calls] == [None, "decoder"] * 2


def test_later_recipes_begin_from_what_earlier_ones_wrote(trained, tmp_path):
    calls, _ = trained
    train_series(RECIPES, tmp_path, False, quiet)
    assert {settings["networks"]["mini"] for _, settings in calls} == {str(tmp_path)}


def test_of_recipes_that_could_begin_the_first_does_and_no_more_than_so_many_at_once():
    needs = {"decoder": ["codec"], "codec": [], "eyes": [], "ears": []}
    running = {}

    def train(name):
        running[name] = Future()
        if name == "codec":
            running[name].set_result(None)
        return running[name]

    finished = _finished(needs, 2, train)
    assert next(finished) == "codec"
    assert list(running) == ["codec", "eyes"]
    running["eyes"].set_result(None)
    assert next(finished) == "eyes"
    assert list(running) == ["codec", "eyes", "decoder"]


def test_recipes_that_wait_for_each_other_or_for_a_stranger_are_refused(trained, tmp_path):
    circle = {
        "autoencoder-mini": ["text-to-audio-mini"],
        "text-to-audio-mini": ["autoencoder-mini"],
    }
    with pytest.raises(SfbenchError, match="wait for each other"):
        train_series({"recipes": circle}, tmp_path, False, quiet)
    stranger = {"clip-mini": ["vocoder-mini"]}
    with pytest.raises(SfbenchError, match=r"begins from \['vocoder-mini'\], not a recipe"):
        train_series({"recipes": stranger}, tmp_path, False, quiet)


def test_a_worker_that_dies_is_told_with_the_name_of_its_recipe():
    pool = _workers(1)
    ended = pool.schedule(os._exit, args=(3,))
    with pytest.raises(SfbenchError, match=r"the worker of clip-mini ended: .*--resume"):
        _passed("clip-mini", ended)
    pool.stop()
    pool.join()


@pytest.mark.slow
def test_two_recipes_train_side_by_side_in_processes_of_their_own(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    write_world(tmp_path / "worlds" / "tiny", count=22)  # the last is looked at
    recipes = {"autoencoder-tiny": [], "onset-detector-tiny": []}
    train_series({"recipes": recipes, "at_once": 2}, tmp_path / "out", False, shown)
    assert set(json.loads((tmp_path / "out" / "series.json").read_text())) == set(recipes)
    assert {path.stem for path in Path("out").glob("*.safetensors")} == {
        name.removesuffix("-tiny") for name in recipes
    }
    told = capfd.readouterr().err
    assert "autoencoder-tiny, learn: 4/4" in told and "recipes: 2/2" in told


@pytest.mark.slow
def test_the_mini_weights_are_trained_from_nothing(tmp_path, monkeypatch):
    """All of the series in an empty folder, each recipe cut to the few steps that it allows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path / "home"))
    series = benchmark_files.find("model", "mini")
    settings = benchmark_files.read_toml(series, table.TrainingRecipe).settings
    worlds = {folder: world | {"limit": 30} for folder, world in settings["worlds"].items()}
    recipes = settings["recipes"]
    cut = {name: _cut(name, tmp_path) for name in recipes}
    begins = {cut[name]: [cut[one] for one in needs] for name, needs in recipes.items()}
    train_series(
        {"recipes": begins, "at_once": 2, "worlds": worlds}, tmp_path / "out", False, quiet
    )
    names = {path.name for path in (series.parent / "mini").glob("*.safetensors")}
    assert {path.name for path in (tmp_path / "out").glob("*.safetensors")} == names


def _cut(name, folder):
    """Write a short recipe; return its path."""
    text = benchmark_files.find("model/train", name).read_text()
    for key, value in SHORT.items():
        text = re.sub(rf"(?m)^{key} = [\d.e-]+", f"{key} = {value}", text)
    path = folder / f"{name}.toml"
    path.write_text(text)
    return str(path)


def test_the_series_of_the_mini_weights_names_recipes_and_trainers_that_exist():
    recipe = benchmark_files.read_toml(
        benchmark_files.benchmark_folder("model") / "mini.toml", table.TrainingRecipe
    )
    for name in recipe.settings["recipes"]:
        path = benchmark_files.find("model/train", name)
        assert table.trainers[benchmark_files.read_toml(path, table.TrainingRecipe).trainer]


def test_a_recipe_of_the_series_comes_after_what_writes_the_weights_that_it_names():
    recipes = benchmark_files.read_toml(
        benchmark_files.benchmark_folder("model") / "mini.toml", table.TrainingRecipe
    ).settings["recipes"]
    for name, needs in recipes.items():
        path = benchmark_files.find("model/train", name)
        settings = benchmark_files.read_toml(path, table.TrainingRecipe).settings
        named = [value for value in settings.values() if str(value).startswith("model/mini/")]
        assert {f"{Path(value).stem}-mini" for value in named} <= set(needs)
