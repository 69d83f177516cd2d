"""How extractors are fed: in batches, once per sound, whatever the system and the order."""

from typing import ClassVar

import msgspec
import numpy as np
import pytest

from sfbench.catalog import Catalog
from sfbench.errors import ClipError, Reason
from sfbench.eval import aggregate, embed, evaluate, listen
from sfbench.eval.metric import CloudMetric, OutputMetric, metrics
from sfbench.eval.metrics.frechet import frechet_distance
from sfbench.eval.protocol import read_protocol
from sfbench.media.write import write_wav
from sfbench.model.config import read_config
from sfbench.result import Measure
from sfbench.run import run_system


class Toy:
    """Hears the power of every half second, and counts how often it was asked."""

    name, signature, rate = "toy", "toy-8k", 8_000
    outputs: ClassVar = {"embedding": 2, "loudness": 1}
    asked: ClassVar = []

    deaf: ClassVar = []

    def __call__(self, sounds):
        if any(len(sound) in self.deaf for sound in sounds):
            raise ClipError(Reason("extract", "too-short", "the toy hears no such length"))
        self.asked.append(len(sounds))
        return [self._hear(sound) for sound in sounds]

    def _hear(self, sound):
        halves = sound[: len(sound) // 4000 * 4000].reshape(-1, 4000)
        rows = np.stack([halves.std(axis=1), np.abs(halves).max(axis=1)], axis=1)
        return {"embedding": rows.astype(np.float32), "loudness": rows[:, :1].mean(axis=0)[None]}


def louder(own, made):
    return Measure(value=float(made["loudness"][0, 0] - own["loudness"][0, 0]))


FAD_TOY = CloudMetric(name="fad.toy", extractor="toy", variant="frechet", distance=frechet_distance)
LOUDER = OutputMetric(
    name="toy.louder", extractor="toy", variant="mean", higher_is_better=False, measure=louder
)
ROWS = {"fad.toy": "tests.eval.test_engine:FAD_TOY", "toy.louder": "tests.eval.test_engine:LOUDER"}


@pytest.fixture
def protocol(monkeypatch):
    known = dict(metrics._rows) | ROWS
    for module in (aggregate, embed, evaluate):
        monkeypatch.setattr(module, "metrics", Catalog("metric", known))
    monkeypatch.setattr(embed, "extractors", Catalog("extractor", {"toy": f"{__name__}:open_toy"}))
    names = ["fad.toy", "toy.louder"]
    monkeypatch.setattr(Toy, "asked", [])
    monkeypatch.setattr(listen, "metrics", Catalog("metric", known))
    return msgspec.structs.replace(read_protocol("basic"), name="toy", metrics=names)


def open_toy(device):
    return Toy()


def scored(dataset, protocol, tmp_path, model="silence"):
    ran = run_system(dataset, read_config(model), protocol, tmp_path / "runs")
    return {score.metric: score for score in ran.result.scores}


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path / "home"))


def test_all_rows_of_all_clips_make_the_cloud_and_outputs_make_clip_numbers(
    dataset, protocol, tmp_path, monkeypatch
):
    in_threads(monkeypatch)
    scores = scored(dataset, protocol, tmp_path)
    assert scores["fad.toy"].value > 0
    assert scores["fad.toy"].low <= scores["fad.toy"].value <= scores["fad.toy"].high
    assert scores["fad.toy"].signature == "fad.toy|toy-8k|frechet|clip|soxr-hq|n=10|v1"
    assert scores["toy.louder"].value < 0
    assert scores["toy.louder"].n == 10


def test_the_second_system_embeds_no_reference_again(dataset, protocol, tmp_path, monkeypatch):
    in_threads(monkeypatch)
    scored(dataset, protocol, tmp_path)
    first, Toy.asked[:] = sum(Toy.asked), []
    scored(dataset, protocol, tmp_path, "noise")
    assert sum(Toy.asked) == 10
    assert first == 11, "ten references, and one silence of which all takes are copies"


def test_a_rerun_embeds_nothing(dataset, protocol, tmp_path, monkeypatch):
    in_threads(monkeypatch)
    before = scored(dataset, protocol, tmp_path)
    Toy.asked[:] = []
    assert scored(dataset, protocol, tmp_path) == before
    assert Toy.asked == []


def test_a_sound_that_an_extractor_refuses_costs_its_clip_alone(
    dataset, protocol, tmp_path, monkeypatch
):
    in_threads(monkeypatch)
    clips = dataset.split("test")
    for clip in clips:
        long = np.sin(np.arange(32_000) / 9).astype(np.float32)
        write_wav(tmp_path / "sounds" / f"{clip.id}.wav", long, 16_000)
    write_wav(tmp_path / "sounds" / f"{clips[3].id}.wav", long[:24_000], 16_000)
    monkeypatch.setattr(Toy, "deaf", [12_000])
    config = read_config(f"folder:{tmp_path / 'sounds'}")
    result = run_system(dataset, config, protocol, tmp_path / "runs").result
    assert [(one.id, one.reason.code) for one in result.failures] == [(clips[3].id, "too-short")]
    assert {score.n for score in result.scores} == {9}


def in_threads(monkeypatch):
    """Run stages in this process, where the toy catalogs are known."""
    from sfbench import executor

    whole = executor.Stage.run

    def run(stage, items, workers=None):
        return whole(executor.Stage(stage.name, stage.work, kind="threads"), items, workers)

    monkeypatch.setattr(executor.Stage, "run", run)
