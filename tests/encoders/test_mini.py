"""The small encoders that are shipped, on scenes of a world that no recipe of training names."""

import itertools
import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from sfbench import store
from sfbench.benchmark_files import benchmark_folder
from sfbench.encoders.extractor import extractors, frame_extractors
from sfbench.encoders.mini.clip import open_mini_clip, open_mini_clip_text
from sfbench.errors import SfbenchError
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.render import render

MINI = benchmark_folder("model") / "mini"
EARS = ("mini-clap", "mini-panns", "mini-vggish", "mini-wav2clip")
SEED = 5


@pytest.fixture(scope="module")
def scenes():
    """A followed, sounding object of every label but two."""
    drawn = (draw_scene(SEED, index) for index in itertools.count())
    good = (one for one in drawn if one.group == "good" and one.view == "followed")
    chosen = {}
    while len(chosen) < 12:
        scene = next(good)
        chosen.setdefault(scene.label, scene)
    return [render(scene, fps=0.5, size=(320, 240)) for scene in chosen.values()]


def test_no_recipe_of_training_names_the_world_of_these_tests():
    recipes = [path.read_text() for path in (MINI.parent / "train").glob("*.toml")]
    assert not any(f"simulated:{SEED} " in text for text in recipes)


@pytest.mark.parametrize("name", EARS)
def test_an_ear_opens_on_an_empty_machine_and_says_which_weights_it_has(
    name, tmp_path, monkeypatch
):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    ear = extractors[name]("cpu")
    weights = MINI / f"{name.removeprefix('mini-')}.safetensors"
    sha256 = json.loads(weights.with_suffix(".json").read_text())["sha256"]
    assert store.sha256_file(weights) == sha256
    assert ear.signature.startswith(f"{name}-{sha256[:12]}-16k|")
    assert (ear.name, ear.rate) == (name, 16_000)


@pytest.mark.parametrize("name", EARS)
def test_companions_change_nothing(name, scenes):
    ear = extractors[name]("cpu")
    sounds = [scenes[0].sound, scenes[1].sound[:48_000], 3 * scenes[2].sound]
    together = ear(sounds)
    for sound, among in zip(sounds, together, strict=True):
        (alone,) = ear([sound])
        assert alone.keys() == ear.outputs.keys()
        for output, rows in alone.items():
            assert rows.shape[1] == ear.outputs[output]
            np.testing.assert_allclose(rows, among[output], rtol=1e-4, atol=1e-4)


def test_companions_of_a_picture_change_nothing(scenes):
    eye = frame_extractors["mini-clip"]("cpu")
    both = eye([scenes[0].frames, scenes[1].frames])
    (alone,) = eye([scenes[1].frames[:2]])
    np.testing.assert_allclose(both[1]["embedding"][:2], alone["embedding"], rtol=1e-4, atol=1e-4)


def test_the_tagger_names_most_sounds(scenes):
    labels = json.loads((MINI / "panns.labels.json").read_text())
    answers = extractors["mini-panns"]("cpu")([scene.sound for scene in scenes])
    named = [labels[int(answer["logits"].argmax())] for answer in answers]
    right = sum(one == scene.truth.label_heard for one, scene in zip(named, scenes, strict=True))
    assert right >= 9


def test_pictures_of_one_thing_lie_nearer_than_those_of_another(scenes):
    eye = frame_extractors["mini-clip"]("cpu")
    seen = [answer["embedding"] for answer in eye([scene.frames for scene in scenes])]
    unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in seen]
    means = np.stack([rows.mean(0) for rows in unit])
    own = np.mean([rows @ mean for rows, mean in zip(unit, means, strict=True)])
    others = (np.concatenate(unit) @ means.T).mean()
    assert own > others + 0.3


def test_a_text_of_a_thing_is_near_its_pictures(scenes):
    labels = json.loads((MINI / "panns.labels.json").read_text())
    prompts = json.loads((MINI / "grounding.json").read_text())["settings"]["prompts"]
    texts = open_mini_clip_text("cpu")([prompts[label][0] for label in labels])
    eye = frame_extractors["mini-clip"]("cpu")
    right = 0
    for scene in scenes:
        (seen,) = eye([scene.frames])
        unit = seen["embedding"] / np.linalg.norm(seen["embedding"], axis=1, keepdims=True)
        cosines = texts @ unit.mean(0) / np.linalg.norm(texts, axis=1)
        right += labels[int(cosines.argmax())] == scene.truth.label_shown
    assert right >= 6  # one in twenty would be chance


def test_all_weights_together_are_small():
    assert sum(path.stat().st_size for path in MINI.glob("*.safetensors")) < 24e6


def test_weights_that_are_missing_say_how_to_make_them(tmp_path, monkeypatch):
    from sfbench.encoders.mini import weights as mini

    monkeypatch.setattr(mini, "benchmark_folder", lambda area: tmp_path)
    with pytest.raises(SfbenchError, match=r"sfbench train .*panns-mini\.toml"):
        extractors["mini-panns"]("cpu")


def test_a_clip_for_pictures_of_another_size_is_refused(tmp_path):
    state = load_file(MINI / "clip.safetensors")
    state["visual.conv1.weight"] = state["visual.conv1.weight"][:, :, :8, :8].copy()
    save_file(state, tmp_path / "clip.safetensors")
    with pytest.raises(SfbenchError, match=r"128 x 128, not of 192 x 192; .*clip-mini\.toml"):
        open_mini_clip("cpu", tmp_path / "clip.safetensors")
