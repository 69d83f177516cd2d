"""The mini Diff-Foley that is shipped, on scenes of a world that no recipe of training names."""

import itertools
import json

import numpy as np
import pytest

from sfbench import store
from sfbench.benchmark_files import benchmark_folder
from sfbench.clip import Clip
from sfbench.encoders.mini import weights as shipped
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.model.config import read_config
from sfbench.model.diff_foley.generator import open_diff_foley
from sfbench.model.diff_foley.look import squeezed
from sfbench.model.diff_foley.mini import CAVP, CLASSIFIER, DENOISER, VAE, mini_networks
from sfbench.model.generator import open_generator
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.render import render
from tests.encoders.difference import difference

SEED = 5
SETTINGS = read_config("diff-foley-mini").settings
NOWHERE = Manifest(benchmark_folder("model"), "none", ())
CLIP = Clip(id="a", label=None, split="test", video="a.mp4", sha256="", seconds=10.0)


@pytest.fixture(scope="module")
def looks():
    """What it would see of two scenes whose object is in sight."""
    scenes = (draw_scene(SEED, index) for index in itertools.count())
    good = (one for one in scenes if one.group == "good" and one.view == "followed")
    drawn = [render(one, fps=4, size=(320, 240)) for one in itertools.islice(good, 2)]
    return [np.stack([squeezed(one, 64) for one in each.frames[:33]]) for each in drawn]


def opened(**changes):
    return open_diff_foley(NOWHERE, SETTINGS | changes)


def test_no_recipe_of_training_names_the_world_of_these_tests():
    recipes = (benchmark_folder("model") / "train").glob("diff-foley*.toml")
    assert not any(f" = {SEED} " in path.read_text() for path in recipes)


def test_equal_pictures_and_seed_make_equal_sound_and_others_make_another(looks):
    (sound,) = opened().perform([CLIP], looks[:1], [3])
    assert len(sound.samples) == 130_816 and np.isfinite(sound.samples).all()
    assert 0.003 < np.sqrt(np.mean(sound.samples**2)) < 0.7
    (again,) = opened().perform([CLIP], looks[:1], [3])
    assert np.array_equal(sound.samples, again.samples)
    for other_look, seed in ((looks[1], 3), (looks[0], 4)):
        (other,) = opened().perform([CLIP], [other_look], [seed])
        assert difference(other.samples, sound.samples) > 1e-2


@pytest.mark.parametrize("change", [{"alignment": 0.0}, {"guidance": 1.0}])
def test_both_guidances_take_effect(looks, change):
    (sound,) = opened(steps=4, rounds=1).perform([CLIP], looks[:1], [3])
    (other,) = opened(steps=4, rounds=1, **change).perform([CLIP], looks[:1], [3])
    assert difference(other.samples, sound.samples) > 1e-4


def test_positions_of_features_matter_to_a_strong_guide(looks):
    strong = {"steps": 4, "rounds": 1, "alignment": 50.0}
    (sound,) = opened(**strong).perform([CLIP], looks[:1], [3])
    (other,) = opened(**strong, placed=False).perform([CLIP], looks[:1], [3])
    assert difference(other.samples, sound.samples) > 1e-4


def test_a_result_says_that_it_is_mini_and_of_which_files():
    generator, folder = opened(), benchmark_folder("model") / "mini"
    assert generator.contents() == {
        f"mini-{name}": store.sha256_file(folder / f"{name}.safetensors")
        for name in (CAVP, VAE, DENOISER, CLASSIFIER)
    }
    assert json.dumps(generator.in_effect)
    assert any("mini" in note for note in generator.notes)
    assert "mini" in read_config("diff-foley-mini").about


def test_all_files_together_are_small_and_fit_strictly():
    mini_networks()
    files = (benchmark_folder("model") / "mini").glob("diff-foley*.safetensors")
    assert sum(path.stat().st_size for path in files) <= 4.5e6


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
