"""The mini Diff-Foley: what is said of it, and that its files fit; made up here, not trained."""

import json

import pytest
import torch
from safetensors.torch import save_file

from sfbench import store
from sfbench.benchmark_files import benchmark_folder
from sfbench.encoders.mini import weights as shipped
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.model.config import read_config
from sfbench.model.diff_foley.generator import open_diff_foley
from sfbench.model.diff_foley.geometry import MINI
from sfbench.model.diff_foley.mini import CAVP, CLASSIFIER, DENOISER, VAE, mini_networks
from sfbench.model.diff_foley.networks import random_networks
from sfbench.model.generator import open_generator
from sfbench.model.training.halves import halved_state

SETTINGS = read_config("diff-foley-mini").settings
NOWHERE = Manifest(benchmark_folder("model"), "none", ())


@pytest.fixture(scope="module")
def networks():
    return random_networks(MINI)


@pytest.fixture
def files(networks, tmp_path, monkeypatch):
    """A folder of mini weights in the layout that the trainers write."""
    diffusion = networks.diffusion
    denoiser = torch.nn.ModuleDict({"unet": diffusion.unet, "condition": diffusion.condition})
    parts = {
        CAVP: networks.cavp,
        VAE: diffusion.vae,
        DENOISER: denoiser,
        CLASSIFIER: networks.classifier,
    }
    (tmp_path / "mini").mkdir()
    for name, part in parts.items():
        save_file(halved_state(part), tmp_path / "mini" / f"{name}.safetensors")
    monkeypatch.setattr(shipped, "benchmark_folder", lambda area: tmp_path)
    return tmp_path / "mini"


def test_files_together_are_small_and_fit_strictly(files, networks):
    assert sum(path.stat().st_size for path in files.iterdir()) <= 3.5e6
    read = mini_networks()
    for ours, theirs in (
        (read.cavp, networks.cavp),
        (read.diffusion.unet, networks.diffusion.unet),
        (read.diffusion.vae, networks.diffusion.vae),
        (read.diffusion.condition, networks.diffusion.condition),
        (read.classifier, networks.classifier),
    ):
        stored = theirs.state_dict()
        for key, value in ours.state_dict().items():
            assert torch.allclose(value, stored[key], atol=1e-2, rtol=1e-3), key


def test_a_result_says_that_it_is_mini_and_of_which_files(files):
    generator = open_diff_foley(NOWHERE, SETTINGS)
    assert generator.contents() == {
        f"mini-{name}": store.sha256_file(files / f"{name}.safetensors")
        for name in (CAVP, VAE, DENOISER, CLASSIFIER)
    }
    assert any("mini" in note for note in generator.notes)
    assert "mini" in read_config("diff-foley-mini").about
    assert json.dumps(generator.in_effect)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"weights": "mini"}, "size = 'mini'"),
        ({"weights": "published", "size": "mini"}, "size = 'published'"),
    ],
)
def test_weights_come_in_their_own_size(settings, complaint):
    with pytest.raises(SfbenchError, match=complaint):
        open_diff_foley(NOWHERE, settings)


def test_files_that_are_missing_say_how_to_make_them(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "benchmark_folder", lambda area: tmp_path)
    with pytest.raises(SfbenchError, match=r"sfbench train .*diff-foley-cavp-mini\.toml"):
        open_generator("diff-foley", NOWHERE, SETTINGS, device="cpu")
