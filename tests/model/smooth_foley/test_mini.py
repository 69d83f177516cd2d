"""The mini weights: each part loads, and the systems over them answer, alike every time."""

import json

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from sfbench import store
from sfbench.benchmark_files import benchmark_folder
from sfbench.errors import SfbenchError
from sfbench.model.config import read_config
from sfbench.model.smooth_foley.choose import CLIP_WISE, PARTS, choose
from sfbench.model.smooth_foley.generator import MINI
from sfbench.model.smooth_foley.networks import TEXT
from sfbench.model.smooth_foley.open import open_smooth_foley
from sfbench.model.smooth_foley.settings import Settings

FOLDER = benchmark_folder("model") / "mini"
NAMES = sorted({*PARTS.values(), CLIP_WISE})
SYSTEMS = (
    "smooth-foley-mini",
    "smooth-foley-mini-clip-wise",
    "smooth-foley-mini-detector",
    "smooth-foley-mini-frames-only",
    "smooth-foley-mini-untimed",
    "foleycrafter-mini",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_speaks_of_the_file_beside_it(name):
    told = json.loads((FOLDER / f"{name}.json").read_text())
    file = FOLDER / f"{name}.safetensors"
    assert told["file"] == file.name
    assert told["sha256"] == store.sha256_file(file)
    assert told["sha256"] in (FOLDER / f"{name}.md").read_text()
    assert all(value.isfinite().all() for value in load_file(file).values())


def test_all_mini_weights_together_are_small():
    assert sum(path.stat().st_size for path in FOLDER.glob("*.safetensors")) <= 24e6


def test_what_sees_nothing_begins_where_no_mini_clip_is(tmp_path):
    settings = Settings(weights="mini", size="mini", mini=str(tmp_path), timing="none")
    chosen = choose(settings, "cpu", parts=())
    assert chosen.hashes == {}
    assert chosen.load().vae.config.latent_channels == 8
    with pytest.raises(SfbenchError, match=r"mini-clip has no weights at .*clip.safetensors"):
        choose(settings, "cpu", parts=["clip"])


def test_an_adapter_that_is_named_fits_its_eyes_where_its_weight_is_nothing():
    file = str(FOLDER / "frame-adapter.safetensors")
    named = {"frame_adapter": file, "frame_scale": 0.0, "tokens": 2, "timing": "none"}
    networks = choose(Settings(weights="mini", size="mini", **named), "cpu").load()
    assert networks.adapter.image_proj.proj.in_features == networks.pictures.outputs["embedding"]


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_mini_system_answers_with_finite_sound_the_same_alone_and_in_company(system, dataset):
    settings = read_config(system).settings | {"steps": 2}
    generator = open_smooth_foley(dataset, settings, device="cpu")
    clips = dataset.clips[:2]
    looks = [generator.look(clip) for clip in clips]
    both = generator.perform(clips, looks, [3, 4])
    (alone,) = generator.perform(clips[1:], looks[1:], [4])
    assert [len(one.samples) for one in both] == [int(16_000 * clip.seconds) for clip in clips]
    assert all(np.isfinite(one.samples).all() for one in both)
    loudest = max(np.abs(one.samples).max() for one in both)
    assert loudest > 0.1
    assert np.abs(both[1].samples - alone.samples).max() < 0.02 * loudest  # phases magnify rounding
    assert np.abs(both[0].samples - both[1].samples).max() > 0.5 * loudest  # the same grain in both
    assert generator.notes == (MINI,)


def test_a_part_that_is_missing_is_named_with_the_way_to_train_it(tmp_path):
    with pytest.raises(SfbenchError, match=r"there is no .*; type: sfbench train model/mini.toml"):
        choose(Settings(weights="mini", size="mini", mini=str(tmp_path)), "cpu")


def test_a_base_without_its_text_encoder_is_refused(tmp_path):
    whole = load_file(FOLDER / "text-to-audio.safetensors")
    file = tmp_path / "unet.safetensors"
    save_file({name: whole[name] for name in whole if not name.startswith(TEXT)}, file)
    chosen = choose(Settings(weights="mini", size="mini", base=str(file)), "cpu")
    with pytest.raises(SfbenchError, match="has no text_encoder"):
        chosen.load()


def test_mini_weights_are_of_the_mini_size(dataset):
    with pytest.raises(SfbenchError, match="--set size=mini"):
        open_smooth_foley(dataset, {"weights": "mini"}, device="cpu")
