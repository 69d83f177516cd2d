import pytest

from sfbench import benchmark_files
from sfbench.errors import SfbenchError
from sfbench.model import train as table
from sfbench.progress import quiet
from sfbench.series import train_series


@pytest.fixture
def trained(monkeypatch):
    """Let trainers only note what they are asked for; the one called by `broken` fails."""
    calls = []

    class Trainers:
        broken = ""

        def __getitem__(self, name):
            def trainer(settings, out, resume, watch):
                if name == self.broken:
                    raise SfbenchError("stopped")
                calls.append((name, settings))

            return trainer

    made = Trainers()
    monkeypatch.setattr("sfbench.series.trainers", made)
    return calls, made


RECIPES = {"recipes": ["autoencoder-mini", "text-to-audio-mini"]}


def test_what_a_series_finished_is_not_done_again(trained, tmp_path):
    calls, trainers = trained
    trainers.broken = "text-to-audio"
    with pytest.raises(SfbenchError, match="stopped"):
        train_series(RECIPES, tmp_path, False, quiet)
    trainers.broken = ""
    train_series(RECIPES, tmp_path, True, quiet)
    assert [name for name, _ in calls] == ["autoencoder", "text-to-audio"]


def test_later_recipes_begin_from_what_earlier_ones_wrote(trained, tmp_path):
    calls, _ = trained
    train_series(RECIPES, tmp_path, False, quiet)
    assert {settings["networks"]["mini"] for _, settings in calls} == {str(tmp_path)}


def test_the_series_of_the_mini_weights_names_recipes_and_trainers_that_exist():
    recipe = benchmark_files.read_toml(
        benchmark_files.benchmark_folder("model") / "mini.toml", table.TrainingRecipe
    )
    for name in recipe.settings["recipes"]:
        path = benchmark_files.find("model/train", name)
        assert table.trainers[benchmark_files.read_toml(path, table.TrainingRecipe).trainer]
