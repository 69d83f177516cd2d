"""Every trainer goes from clips to a file that the generator loads by a setting."""

import json
from functools import lru_cache

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.model.settings import checked
from sfbench.model.smooth_foley.choose import choose
from sfbench.model.smooth_foley.settings import Settings as NetworkSettings
from tests.model.tuning.world import settings_for, stopping_at, train, write_world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return write_world(tmp_path_factory.mktemp("tuning") / "world")


def networks(settings, **files):
    known = settings["networks"] | {name: str(file) for name, file in files.items()}
    return choose(checked(known, NetworkSettings), "cpu").load()


@lru_cache(maxsize=1)
def untrained():
    known = settings_for("frame-adapter", "").get("networks")
    return choose(checked(known, NetworkSettings), "cpu").load()


def figures(folder, name):
    """Return the figures of a part, whose file is the one that they and the card name."""
    told = json.loads((folder / f"{name}.json").read_text())
    assert store.sha256_file(folder / told["file"]) == told["sha256"]
    card = (folder / f"{name}.md").read_text()
    assert told["sha256"] in card and "weights are random" in card
    assert not (folder / f"{name}.progress.pt").exists()
    return told


def changed(before, after):
    return {name for name, one in before.state_dict().items() if not one.equal(after[name])}


@pytest.mark.slow
def test_a_killed_frame_adapter_goes_on_to_the_same_file_and_curve(world, tmp_path):
    quick = {"batch": 1, "steps": 3, "check_clips": 1, "sample_every": 0}
    asked = settings_for("frame-adapter", world, learn="keys-values", **quick)
    train("frame-adapter", asked, tmp_path / "whole")
    told = figures(tmp_path / "whole", "frame-adapter")
    with pytest.raises(KeyboardInterrupt):
        train("frame-adapter", asked, tmp_path / "parts", watch=stopping_at(2))
    train("frame-adapter", asked, tmp_path / "parts", resume=True)
    for end in ("safetensors", "metrics.jsonl", "json", "md"):
        name = f"frame-adapter.{end}"
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    before = untrained().adapter
    after = networks(asked, frame_adapter=tmp_path / "whole" / told["file"]).adapter.state_dict()
    assert changed(before, after) == {name for name in after if name.startswith("ip_adapter.")}


FROM_NOTHING = {
    "autoencoder": {},
    "onset-detector": {},
    "text-to-audio": {"anew": True, "half": True, "learn_text": True, "sample_every": 0},
}


@pytest.mark.slow
@pytest.mark.parametrize("trainer", FROM_NOTHING)
def test_a_part_with_first_values_is_killed_and_ends_in_the_same_half_file(
    world, tmp_path, trainer
):
    quick = {"accumulate": 1, "steps": 3, "check_every": 1, "check_clips": 1}
    asked = settings_for(trainer, world, **quick | FROM_NOTHING[trainer])
    train(trainer, asked, tmp_path / "whole")
    told = figures(tmp_path / "whole", trainer)
    with pytest.raises(KeyboardInterrupt):
        train(trainer, asked, tmp_path / "parts", watch=stopping_at(1))
    train(trainer, asked, tmp_path / "parts", resume=True)
    for end in ("safetensors", "metrics.jsonl", "json", "md"):
        name = f"{trainer}.{end}"
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    tensors = load_file(tmp_path / "whole" / told["file"])
    assert {one.dtype for one in tensors.values() if one.ndim > 1} == {torch.float16}
    assert networks(asked, **{USED[trainer]: tmp_path / "whole" / told["file"]})


USED = {"autoencoder": "autoencoder", "onset-detector": "detector", "text-to-audio": "base"}


@pytest.mark.slow
def test_a_decoder_that_learns_texture_is_killed_and_its_latents_stay(world, tmp_path):
    quick = {"accumulate": 1, "steps": 3, "check_every": 1, "check_clips": 1}
    further = {"anew": False, "half": False, "learn": "decoder", "texture": 2.0}
    asked = settings_for("autoencoder", world, **quick | further)
    train("autoencoder", asked, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train("autoencoder", asked, tmp_path / "parts", watch=stopping_at(1))
    train("autoencoder", asked, tmp_path / "parts", resume=True)
    file = "autoencoder.safetensors"
    assert (tmp_path / "parts" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()
    after = networks(asked, autoencoder=tmp_path / "whole" / file).vae.state_dict()
    moved = changed(untrained().vae, after)
    assert moved and {name.partition(".")[0] for name in moved} == {"decoder", "post_quant_conv"}


@pytest.mark.slow
def test_a_decoder_learns_on_in_the_folder_of_its_autoencoder_and_nothing_else_may(world, tmp_path):
    quick = {"accumulate": 1, "steps": 2, "check_every": 1, "check_clips": 1}
    first = settings_for("autoencoder", world, **quick)
    train("autoencoder", first, tmp_path)
    file = tmp_path / "autoencoder.safetensors"
    before = store.sha256_file(file)
    with pytest.raises(SfbenchError, match="holds autoencoder already"):
        train("autoencoder", first | {"seed": 9}, tmp_path)
    placed = first["networks"] | {"autoencoder": str(file)}
    onward = {"anew": False, "learn": "decoder", "texture": 2.0, "networks": placed}
    train("autoencoder", first | onward, tmp_path)
    told = figures(tmp_path, "autoencoder")
    assert before in told["begins"].values() and told["sha256"] != before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trainer", "setting", "part"),
    [("temporal-adapter", "temporal_adapter", "controlnet"), ("text-to-audio", "base", "unet")],
)
def test_a_part_learns_and_the_generator_loads_it(world, tmp_path, trainer, setting, part):
    quick = {"steps": 2, "accumulate": 1, "check_clips": 1, "sample_every": 2}
    asked = settings_for(trainer, world, checkpointing=True, min_snr=5.0, **quick)
    train(trainer, asked, tmp_path)
    told = figures(tmp_path, trainer)
    assert (told["clips"], told["check_clips"], told["skipped"]) == (2, 1, {})
    sheet = tmp_path / "samples" / "step-000002"
    assert (sheet / "sheet.png").is_file() and len(list(sheet.glob("*.wav"))) == 1
    after = getattr(networks(asked, **{setting: tmp_path / told["file"]}), part).state_dict()
    assert changed(getattr(untrained(), part), after) == set(after)


@pytest.mark.slow
def test_a_trained_projection_says_yes_at_a_half_where_the_label_is_heard(world, tmp_path):
    asked = settings_for("label-projection", world, steps=60, check_every=15)
    steps = int(np.random.default_rng().integers(1, asked["steps"]))
    train("label-projection", asked, tmp_path / "whole")
    told = figures(tmp_path / "whole", "label-projection")
    marks = told["check"][-1]["marks"]
    assert marks["accuracy"] > 0.95 and marks["recall"] > 0.95
    assert marks["false"] < 0.05 and marks["wrong"] < 0.05
    loaded = networks(asked, label_projection=tmp_path / "whole" / told["file"]).projection
    assert not torch.equal(loaded.proj.weight, torch.eye(24))
    with pytest.raises(KeyboardInterrupt):
        train("label-projection", asked, tmp_path / "parts", watch=stopping_at(steps))
    train("label-projection", asked, tmp_path / "parts", resume=True)
    again = figures(tmp_path / "parts", "label-projection")
    assert again == told, f"killed at step {steps}"


def test_full_size_begins_from_weights_that_one_message_asks_for(world, tmp_path):
    asked = settings_for("label-projection", world, {"weights": "published"})
    with pytest.raises(SfbenchError, match="sfbench weights fetch smooth-foley"):
        train("label-projection", asked, tmp_path)


@pytest.mark.parametrize(
    ("trainer", "changes", "complaint"),
    [
        ("label-projection", {"networks": {"timing": "none"}}, "timing = "),
        ("temporal-adapter", {"data": "events.tsv"}, "settings.media and settings.names"),
        ("temporal-adapter", {"drop_image": 0.1}, "unknown field"),
        ("frame-adapter", {"learn": "all"}, "cannot be used"),
        ("text-to-audio", {"networks": {"base": "none.safetensors"}}, "there is no file"),
    ],
)
def test_settings_that_do_not_fit_are_told(world, tmp_path, trainer, changes, complaint):
    with pytest.raises(SfbenchError, match=complaint):
        train(trainer, settings_for(trainer, world, **changes), tmp_path)
