import pytest

from sfbench.benchmark_files import benchmark_folder, read_toml
from sfbench.model.settings import checked
from sfbench.model.train import TrainingRecipe, trainers
from sfbench.model.tuning.settings import (
    AutoencoderSettings,
    DenoisingSettings,
    DetectorSettings,
    FrameSettings,
    ProjectionSettings,
)

KINDS = {
    "frame-adapter": FrameSettings,
    "temporal-adapter": DenoisingSettings,
    "text-to-audio": DenoisingSettings,
    "label-projection": ProjectionSettings,
}


MINI = {
    "autoencoder": AutoencoderSettings,
    "decoder": AutoencoderSettings,
    "text-to-audio": DenoisingSettings,
    "frame-adapter": FrameSettings,
    "frame-adapter-clip-wise": FrameSettings,
    "temporal-adapter": DenoisingSettings,
    "label-projection": ProjectionSettings,
    "onset-detector": DetectorSettings,
}


@pytest.mark.parametrize("name", MINI)
def test_mini_recipes_learn_from_one_world_and_begin_with_mini_weights(name):
    read = read_toml(benchmark_folder("model") / "train" / f"{name}-mini.toml", TrainingRecipe)
    settings = checked(read.settings, MINI[name])
    assert read.name == f"{name}-mini" and trainers[read.trainer]
    assert settings.data == "simulated:41"
    assert settings.networks.weights == settings.networks.size == "mini"


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("size", ["", "-tiny"])
def test_recipes_can_be_used_and_say_from_what_they_begin(name, size):
    read = read_toml(benchmark_folder("model") / "train" / f"{name}{size}.toml", TrainingRecipe)
    assert read.name == f"{name}{size}" and trainers[read.trainer]
    networks = checked(read.settings, KINDS[name]).networks
    assert (networks.weights, networks.size) == (
        ("random", "tiny") if size else ("published", "published")
    )
