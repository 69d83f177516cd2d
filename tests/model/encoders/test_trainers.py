import json

import numpy as np
import pytest
import torch

from sfbench import store
from sfbench.benchmark_files import benchmark_folder, read_toml
from sfbench.encoders.mini.clip import open_mini_clip, open_mini_clip_text
from sfbench.encoders.mini.sounds import (
    open_mini_clap,
    open_mini_panns,
    open_mini_vggish,
    open_mini_wav2clip,
)
from sfbench.errors import SfbenchError
from sfbench.model.train import TrainingRecipe, trainers
from sfbench.progress import quiet
from tests.model.encoders.world import settings_for, tone, write_world

ROWS = {"clip": "clip", "clap": "clap", "panns": "cnn14", "vggish": "vggish"}
OPENERS = {"clap": open_mini_clap, "panns": open_mini_panns, "vggish": open_mini_vggish}
MORE = {"steps": 40}


def train(name, settings, out, *, resume=False, watch=quiet):
    trainers[ROWS.get(name, name)](settings, out, resume, watch)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SFBENCH_HOME", str(folder / "home"))
        for seed, world in enumerate(("learn", "check", "held-out")):
            write_world(folder / world, seed)
        train("clip", settings_for("clip", folder, **MORE), folder / "clip")
        yield folder


def figures_of(folder, name):
    return json.loads((folder / f"{name}.json").read_text())


def learnt(figures):
    """Whether the loss fell."""
    losses = [look["loss"] for look in figures["check"]]
    return len(losses) == 4 and min(losses[1:]) < 0.9 * losses[0]


def test_a_clip_learns_and_its_towers_open(toy):
    figures = figures_of(toy / "clip", "clip")
    assert learnt(figures)
    marks = figures["held_out"]["others"]
    assert (marks["pictures"], marks["tiny_pictures"]) == (48, 8)  # of 2 s, all but the last one
    weights = toy / "clip" / "clip.safetensors"
    image, text = open_mini_clip("cpu", weights), open_mini_clip_text("cpu", weights)
    assert image.signature == f"mini-clip-{figures['sha256'][:12]}|bicubic-whole-192|64d"
    assert text(["a helicopter flying"]).shape == (1, 64)


@pytest.mark.parametrize("name", OPENERS)
def test_an_ear_learns_and_opens(name, toy, tmp_path):
    train(name, settings_for(name, toy, **MORE), tmp_path)
    figures = figures_of(tmp_path, name)
    assert learnt(figures) and figures["clips"] == (24 if name == "panns" else 12)
    weights = tmp_path / f"{name}.safetensors"
    assert store.sha256_file(weights) == figures["sha256"]
    assert figures["sha256"] in (tmp_path / f"{name}.md").read_text()
    ear = OPENERS[name]("cpu", weights)
    assert figures["sha256"][:12] in ear.signature and ear.signature.startswith(f"mini-{name}-")
    (heard,) = ear([tone("raining", np.random.default_rng(9))])
    assert heard["embedding"].shape[1] == ear.outputs["embedding"]
    assert not (tmp_path / f"{name}.progress.pt").exists()


def test_an_ear_in_the_space_of_pictures_names_what_it_learnt_from(toy, tmp_path):
    train("wav2clip", settings_for("wav2clip", toy), tmp_path)
    figures, clip = figures_of(tmp_path, "wav2clip"), figures_of(toy / "clip", "clip")
    assert figures["needs"] == {"clip.safetensors": clip["sha256"]}
    assert clip["sha256"] in (tmp_path / "wav2clip.md").read_text()
    ear = open_mini_wav2clip("cpu", tmp_path / "wav2clip.safetensors")
    assert (ear.name, ear.outputs["embedding"]) == ("mini-wav2clip", 64)


ALL = {"average": 0.9, "accumulate": 2, "precision": "bf16", "patience": 3}


@pytest.mark.parametrize(("name", "more"), [("clip", {}), ("vggish", {}), ("vggish", ALL)])
def test_a_stopped_training_goes_on_to_the_same_curve_and_weights(name, more, toy, tmp_path):
    settings = settings_for(name, toy, **more)
    train(name, settings, tmp_path / "whole")

    def stopping(items, total, what):
        for count, item in enumerate(items):
            if what == "learn" and count == 13:
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        train(name, settings, tmp_path / "parts", watch=stopping)
    with pytest.raises(SfbenchError, match="--resume"):
        train(name, settings, tmp_path / "parts")
    with pytest.raises(SfbenchError, match="other settings"):
        train(name, settings | {"seed": 9}, tmp_path / "parts", resume=True)
    train(name, settings, tmp_path / "parts", resume=True)
    train(name, settings, tmp_path / "parts", resume=True)  # nothing is left to do
    whole = sorted(path.name for path in (tmp_path / "whole").iterdir())
    assert f"{name}.metrics.jsonl" in whole
    for file in whole:
        if file == "tensorboard":
            continue
        parts = (tmp_path / "parts" / file).read_bytes()
        assert parts == (tmp_path / "whole" / file).read_bytes(), file


def test_what_is_kept_and_told_follows_what_is_asked(toy, tmp_path):
    """The average of weights lags; with patience it ends early, and the best is what is kept."""
    plain, lagging = settings_for("vggish", toy), settings_for("vggish", toy, average=0.99)
    patient = settings_for("vggish", toy, patience=1, check_every=1, learning_rate=1e-9)
    for name, settings in {"plain": plain, "lagging": lagging, "patient": patient}.items():
        train("vggish", settings, tmp_path / name)
    told = {name: figures_of(tmp_path / name, "vggish") for name in ("plain", "lagging", "patient")}
    assert told["plain"]["sha256"] != told["lagging"]["sha256"]
    assert [len(told[name]["check"]) for name in ("plain", "patient")] == [2, 2]
    assert [look["step"] for look in told["patient"]["check"]] == [1, 2]
    assert "2 steps of 6" in (tmp_path / "patient" / "vggish.md").read_text()
    assert told["plain"]["settings"] == plain and told["lagging"]["settings"] == lagging


def test_a_finished_encoder_is_not_trained_over(toy, tmp_path):
    settings = settings_for("vggish", toy)
    train("vggish", settings, tmp_path)
    weights = (tmp_path / "vggish.safetensors").read_bytes()
    changed = settings | {"seed": 9}
    for asked, resume in ((settings, False), (changed, False), (changed, True)):
        with pytest.raises(SfbenchError, match="already; give another --out, or delete"):
            train("vggish", asked, tmp_path, resume=resume)
    train("vggish", settings, tmp_path, resume=True)
    assert (tmp_path / "vggish.safetensors").read_bytes() == weights
    for end in ("json", "safetensors"):
        (tmp_path / f"vggish.{end}").unlink()
    train("vggish", settings, tmp_path)
    assert (tmp_path / "vggish.safetensors").read_bytes() == weights


def test_a_precision_that_the_device_does_not_compute_in_is_told(toy, tmp_path):
    if torch.cuda.is_available():
        pytest.skip("this device computes in it")
    with pytest.raises(SfbenchError, match='set "bf16" or "no"'):
        train("vggish", settings_for("vggish", toy, precision="fp16"), tmp_path)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"steps": 3}, r">= 20 - at `\$.steps`"),
        ({"more": 1}, "unknown field"),
        ({"prompts": "nosuch"}, r"no model/train/nosuch.toml"),
        ({"data": "nowhere"}, "nowhere"),
    ],
)
def test_settings_that_cannot_be_used_say_why(changes, complaint, toy, tmp_path):
    with pytest.raises(SfbenchError, match=complaint):
        train("vggish", settings_for("vggish", toy, **changes), tmp_path / "out")


@pytest.mark.parametrize("name", [*ROWS, "wav2clip"])
def test_the_shipped_weights_are_what_their_recipe_and_card_say(name):
    folder = benchmark_folder("model")
    figures = figures_of(folder / "mini", name)
    assert store.sha256_file(folder / "mini" / f"{name}.safetensors") == figures["sha256"]
    assert figures["sha256"] in (folder / "mini" / f"{name}.md").read_text()
    recipe = read_toml(folder / "train" / f"{name}-mini.toml", TrainingRecipe)
    assert figures["settings"] == recipe.settings
    manifests = figures["manifests"]
    assert len(set(manifests.values())) == len(manifests)  # no world twice
