"""Every network of the small Diff-Foley learns from clips of a world, and can be stopped."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from sfbench import store
from sfbench.benchmark_files import benchmark_folder
from sfbench.encoders.fill import filled
from sfbench.errors import SfbenchError
from sfbench.model.diff_foley.cavp import Cavp
from sfbench.model.diff_foley.classifier import AlignmentClassifier
from sfbench.model.diff_foley.geometry import TINY
from sfbench.model.diff_foley.mini import under
from sfbench.model.diff_foley.unet import new_unet
from sfbench.model.diff_foley.vae import new_vae
from sfbench.model.diff_foley_training.sheet import draw_sheet
from sfbench.model.train import trainers
from sfbench.progress import quiet
from sfbench.weights.state import load_state
from tests.model.diff_foley_training.toys import LESS, recipe, settings_for
from tests.model.tuning.world import stopping_at

NETWORKS = {
    "diff-foley-cavp": lambda: Cavp(TINY),
    "diff-foley-vae": lambda: new_vae(TINY.vae),
    "diff-foley": lambda: new_unet(TINY.unet),
    "diff-foley-classifier": lambda: AlignmentClassifier(TINY.classifier),
}


def train(name, settings, out, *, resume=False, watch=quiet):
    trainers[recipe(name).trainer](settings, out, resume, watch)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder in which all four were trained without a stop."""
    folder = tmp_path_factory.mktemp("diff-foley")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SFBENCH_HOME", str(folder / "home"))
        for name in LESS:
            train(name, settings_for(name, folder), folder)
        yield folder


@pytest.mark.slow
@pytest.mark.parametrize("name", LESS)
def test_a_killed_training_goes_on_to_the_same_weights_curve_and_card(name, whole, tmp_path):
    settings = settings_for(name, whole)
    with pytest.raises(KeyboardInterrupt):
        train(name, settings, tmp_path, watch=stopping_at(13))
    with pytest.raises(SfbenchError, match="--resume"):
        train(name, settings, tmp_path)
    with pytest.raises(SfbenchError, match="other settings"):
        train(name, settings | {"seed": 9}, tmp_path, resume=True)
    train(name, settings, tmp_path, resume=True)
    for end in ("safetensors", "metrics.jsonl", "json", "md"):
        file = f"{name}.{end}"
        assert (tmp_path / file).read_bytes() == (whole / file).read_bytes(), file
    assert not (tmp_path / f"{name}.progress.pt").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", LESS)
def test_what_was_trained_opens_and_is_what_its_card_says(name, whole):
    file = whole / f"{name}.safetensors"
    figures = json.loads((whole / f"{name}.json").read_text())
    assert store.sha256_file(file) == figures["sha256"]
    assert figures["sha256"] in (whole / f"{name}.md").read_text()
    assert [look["step"] for look in figures["check"]] == [10, 20]
    assert figures["worlds"] == {"learn": "simulated:32", "check": "simulated:33"}
    needs = {f"diff-foley-{part}.safetensors" for part in ("cavp", "vae")}
    assert figures["needs"].keys() == (needs if "cavp" in figures["settings"] else set())
    state = load_state(file)
    filled(NETWORKS[name], under(state, "unet.") if name == "diff-foley" else state)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "columns"), [("diff-foley-vae", 624), ("diff-foley", 512)])
def test_what_has_a_picture_draws_it_and_learns_the_same(name, columns, whole, tmp_path):
    train(name, settings_for(name, whole, sample_every=20), tmp_path)
    sheet = np.asarray(Image.open(tmp_path / "samples" / "step-000020" / "sheet.png"))
    assert sheet.shape == (2 * 2 * 130, columns)  # two clips: true, and made
    true, made = sheet[:128], sheet[130:258]
    assert (sheet[128:130] == 255).all() and true.std() > 0 and not np.array_equal(true, made)
    weights = f"{name}.safetensors"
    assert (tmp_path / weights).read_bytes() == (whole / weights).read_bytes()


def test_a_sheet_has_low_frequencies_below(tmp_path):
    rising = torch.linspace(0, 1, 128)[:, None].expand(-1, 8)[None]
    draw_sheet(tmp_path, rising, 2 * rising - 1)
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert (sheet[0, 0], sheet[127, 0], sheet[130, 0], sheet[257, 0]) == (255, 0, 255, 0)


@pytest.mark.parametrize(
    ("name", "changes", "complaint"),
    [
        ("diff-foley-cavp", {"steps": 3}, "cannot be used"),
        ("diff-foley-vae", {"columns": 20}, "cannot be used"),
        ("diff-foley-classifier", {"more": 1}, "unknown field"),
        ("diff-foley", {"cavp": "nowhere.safetensors"}, r"train .*diff-foley-cavp-mini\.toml"),
    ],
)
def test_settings_that_cannot_be_used_say_why(name, changes, complaint, tmp_path):
    with pytest.raises(SfbenchError, match=complaint):
        train(name, settings_for(name, tmp_path, **changes), tmp_path)


@pytest.mark.parametrize("name", LESS)
def test_the_shipped_weights_are_what_their_recipe_and_card_say(name):
    folder = benchmark_folder("model") / "mini"
    figures = json.loads((folder / f"{name}.json").read_text())
    assert store.sha256_file(folder / f"{name}.safetensors") == figures["sha256"]
    assert figures["sha256"] in (folder / f"{name}.md").read_text()
    assert figures["settings"] == recipe(name).settings
    for file, sha256 in figures["needs"].items():
        assert store.sha256_file(folder / file) == sha256
