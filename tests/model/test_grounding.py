import json
from dataclasses import asdict

import numpy as np
import pytest

from sfbench import store
from sfbench.benchmark_files import benchmark_folder, read_toml
from sfbench.clip import Clip
from sfbench.curation.labels import read_labels
from sfbench.encoders.grounding.cnn8rnn import open_files
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.media.write import write_wav
from sfbench.model.grounding.batch import draw_batch
from sfbench.model.grounding.exam import Answer, auc, balanced, expected, f1, mark
from sfbench.model.grounding.lessons import Lesson
from sfbench.model.grounding.settings import read_settings
from sfbench.model.train import TrainingRecipe, trainers
from sfbench.progress import quiet

RECIPE = benchmark_folder("model") / "train" / "grounding-mini.toml"
RATE = 16_000
RNG = np.random.default_rng
WHOLE = ((0.0, 10.0),)
SAID = {"helicopter": ["a high tone"], "raining": ["a low tone", "low hum"]}


def lesson(heard, level=1.0, spectra=40, shown="helicopter", audible=()):
    power = np.full((spectra, 64), level, np.float32)
    return Lesson(str(heard), shown, heard, audible, power)


def tone(hertz, rng):
    time = np.arange(RATE) / RATE
    sound = 0.01 * rng.normal(size=RATE) + 0.3 * np.sin(2 * np.pi * hertz * time)
    return sound.astype(np.float32)


def write_world(folder, seed, count=12):
    """A dataset folder of one-second sounds, a high and a low tone in noise, one in six none."""
    rng = np.random.default_rng(seed)
    clips = []
    (folder / "train").mkdir(parents=True)
    for index in range(count):
        heard = [*SAID, None][index % 2 if index % 6 < 5 else 2]
        hertz = {"helicopter": 2_000, "raining": 200, None: 0}[heard]
        path = folder / "train" / f"c{index:02d}.wav"
        write_wav(path, tone(hertz, rng), RATE)
        truth = {"label_heard": heard, "audible": [[0.0, 1.0]] if heard else []}
        store.write_json(path.with_suffix(".json"), truth)
        clips.append(
            Clip(
                id=path.stem,
                label=list(SAID)[index % 2],
                split="train",
                video=f"train/{path.name}",
                sha256=store.sha256_file(path),
                seconds=1.0,
                truth=f"train/{path.stem}.json",
            )
        )
    store.write_bytes(folder / "manifest.jsonl", store.to_lines(clips))
    sha256 = Manifest(folder, "toy", tuple(clips)).sha256
    store.write_json(
        folder / "dataset.json", {"format": 1, "name": "toy", "manifest_sha256": sha256}
    )


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    for seed, name in enumerate(("learn", "check", "held-out")):
        write_world(folder / name, seed)
    return folder


def settings_for(toy, **changes):
    return (
        read_toml(RECIPE, TrainingRecipe).settings
        | {
            "data": str(toy / "learn"),
            "check": str(toy / "check"),
            "held_out": {"others": str(toy / "held-out")},
            "prompts": SAID,
            "steps": 20,
            "batch": 6,
            "widths": [4, 4, 8, 8],
            "hidden": 8,
            "dropouts": [0.1, 0.1],
            "learning_rate": 0.01,
            "check_every": 10,
        }
        | changes
    )


def train(settings, out, *, resume=False, watch=quiet):
    trainers["grounding"](settings, out, resume, watch)


def test_a_trained_network_tells_the_tones_apart_and_opens_as_a_grounder(toy, tmp_path):
    settings = settings_for(toy, steps=100, mixed=0.0, learning_rate=0.02, check_every=50)
    train(settings, tmp_path / "out")
    figures = json.loads((tmp_path / "out" / "grounding.json").read_text())
    assert figures["held_out"]["others"]["pair_auc"] > 0.95
    assert figures["clips"] == 12
    weights = tmp_path / "out" / "grounding.safetensors"
    assert store.sha256_file(weights) == figures["sha256"]
    assert figures["sha256"] in (tmp_path / "out" / "grounding.md").read_text()
    grounder = open_files("toy", weights, "cpu")
    tones = [tone(hertz, np.random.default_rng(9)) for hertz in (2_000, 200)]
    answers = grounder(tones, ["a high tone", "a low tone"])
    (high, low), (low_for_high, low_for_low) = (answer.scores.mean(1) for answer in answers)
    assert high > low and low_for_low > low_for_high
    assert not (tmp_path / "out" / "grounding.progress.pt").exists()


def test_a_stopped_training_goes_on_to_the_same_network(toy, tmp_path):
    recipe = settings_for(toy)
    train(recipe, tmp_path / "whole")

    def stopping(items, total, what):
        for count, item in enumerate(items):
            if what == "learn" and count == 13:
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        train(recipe, tmp_path / "parts", watch=stopping)
    with pytest.raises(SfbenchError, match="--resume"):
        train(recipe, tmp_path / "parts")
    with pytest.raises(SfbenchError, match="other settings"):
        train(settings_for(toy, seed=2), tmp_path / "parts", resume=True)
    train(recipe, tmp_path / "parts", resume=True, watch=quiet)
    names = ("grounding.safetensors", "grounding.vocab.json", "grounding.json", "grounding.md")
    for name in names:
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"prompts": {"helicopter": ["a high tone"]}}, "no words for raining"),
        ({"prompts": {"helicopter": []}}, "gives no words for helicopter"),
        ({"steps": 0}, r">= 20 - at `\$.steps`"),
        ({"seconds": 0}, "seconds must be 0.5 or more"),
        ({"widths": [4, 4]}, "settings cannot be used"),
        ({"more": 1}, "unknown field"),
    ],
)
def test_settings_that_cannot_be_used_say_why(toy, tmp_path, changes, complaint):
    with pytest.raises(SfbenchError, match=complaint):
        train(settings_for(toy, **changes), tmp_path / "out")


def test_the_recipe_asks_what_curation_asks():
    settings = read_settings(read_toml(RECIPE, TrainingRecipe).settings)
    asked = {row.label: row.prompt for row in read_labels("vggsound") if row.prompt}
    same = [asked[label] == said[0] for label, said in settings.prompts.items() if label in asked]
    assert len(same) >= 14 and all(same)
    assert not any(
        settings.vocabulary.unknown(prompt) for said in settings.prompts.values() for prompt in said
    )


def test_a_batch_asks_for_everything_that_is_heard_in_it():
    lessons = [
        lesson("helicopter", audible=WHOLE),
        lesson("raining", 4.0, spectra=50, audible=WHOLE),
        lesson(None, 0.0),
    ]
    batch = draw_batch(lessons, SAID, size=30, seconds=9.0, mixed=0.0, gain=0.0, rng=RNG(0))
    assert batch.power.shape == (30, 40, 64)  # the shortest clip's
    assert batch.told.shape == (30, 2, 10)
    assert len(batch.prompts) == 2
    assert batch.prompts[0] == "a high tone" and batch.prompts[1] in SAID["raining"]
    level = batch.power[:, 0, 0]
    assert (batch.told == np.stack([level == 1.0, level == 4.0], 1)[:, :, None]).all()


def test_a_mixture_holds_the_power_and_the_sounds_of_both():
    lessons = [lesson("helicopter", audible=WHOLE), lesson("raining", 4.0, audible=WHOLE)]
    batch = draw_batch(lessons, SAID, size=20, seconds=9.0, mixed=1.0, gain=0.0, rng=RNG(0))
    powers = {2.0: (1, 0), 5.0: (1, 1), 8.0: (0, 1)}
    for power, told in zip(batch.power[:, 0, 0], batch.told[:, :, 0], strict=True):
        assert tuple(told) == powers[float(power)]


def test_a_stretch_is_told_of_the_frames_in_which_its_clip_is_heard():
    clip = lesson("helicopter", spectra=400, audible=((1.0, 2.0),))
    clip.power[100:200] = 7.0
    batch = draw_batch([clip], SAID, size=20, seconds=1.5, mixed=0.0, gain=0.0, rng=RNG(1))
    assert batch.power.shape == (20, 150, 64)
    loud = batch.power[:, :148, 0].reshape(20, 37, 4).mean(2) == 7.0
    assert (batch.told[:, 0] == loud).all() and 0 < loud.mean() < 1


def test_marks_of_a_perfect_and_of_a_wrong_answer():
    whole = lesson("helicopter", audible=((0.0, 0.4),))
    none = lesson(None, audible=())
    on, off = np.full(20, 0.9, np.float32), np.full(20, 0.1, np.float32)
    half = np.where(np.arange(20) < 10, 0.9, 0.1).astype(np.float32)
    perfect = [
        Answer(whole, {"helicopter": half, "raining": off}),
        Answer(none, {"helicopter": off, "raining": off}),
    ]
    assert expected(perfect[0]).tolist() == [True] * 10 + [False] * 10
    marks = asdict(mark(perfect))
    known = {"clips": 2, "unlike": 1, "frame_f1_always": 0.4, "heard_f1_always": 2 / 3}
    assert marks | known == marks
    assert {marks[name] for name in marks.keys() - known.keys()} == {1.0}
    wrong = mark([Answer(whole, {"helicopter": off}), Answer(none, {"helicopter": on})])
    assert (wrong.label_auc, wrong.label_f1, wrong.frame_f1) == (0.0, 0.0, 0.0)
    assert (wrong.silent_f1, wrong.balanced, wrong.frame_auc) == (2 / 3, 0.5, 0.5)


def test_auc_and_f1_of_nothing():
    assert auc(np.ones(3), np.ones(3, np.bool_)) is None
    assert balanced(np.ones(3, np.bool_), np.ones(3, np.bool_)) is None
    assert f1(np.zeros(3, np.bool_), np.zeros(3, np.bool_)) == 1.0


def test_the_shipped_card_speaks_of_the_shipped_weights():
    folder = benchmark_folder("model") / "mini"
    figures = json.loads((folder / "grounding.json").read_text())
    assert store.sha256_file(folder / "grounding.safetensors") == figures["sha256"]
    assert figures["sha256"] in (folder / "grounding.md").read_text()
    settings = read_settings(figures["settings"])
    assert settings == read_settings(read_toml(RECIPE, TrainingRecipe).settings)
    assert json.loads((folder / "grounding.vocab.json").read_text()) == settings.vocabulary.rows
    assert figures["parameters"] < 1_000_000
    assert set(figures["held_out"]) == {"seeds", "timbres"}
