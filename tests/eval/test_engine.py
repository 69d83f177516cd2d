"""How extractors are fed: in batches, once per sound, whatever the system and the order."""

from typing import ClassVar

import msgspec
import numpy as np
import pytest

from sfbench import run
from sfbench.catalog import Catalog
from sfbench.errors import ClipError, Reason
from sfbench.eval import aggregate, embed, listen, memory, senses
from sfbench.eval.metric import CloudMetric, OutputMetric, Sight, SightMetric, metrics
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
    for module in (aggregate, embed, listen, memory, senses):
        monkeypatch.setattr(module, "metrics", Catalog("metric", known))
    monkeypatch.setattr(senses, "extractors", Catalog("extractor", {"toy": f"{__name__}:open_toy"}))
    names = ["fad.toy", "toy.louder"]
    monkeypatch.setattr(Toy, "asked", [])
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


class ToyEye:
    """Sees how bright every picture is."""

    name, signature = "toy-eye", "toy-eye"
    outputs: ClassVar = {"embedding": 1}
    asked: ClassVar = []

    @property
    def keep(self):
        return corner

    def __call__(self, videos):
        self.asked.append([video.shape for video in videos])
        return [{"embedding": video.mean(axis=(1, 2), dtype=np.float32)[:, :1]} for video in videos]


def corner(picture):
    return picture[:4, :4]


def open_toy_eye(device):
    return ToyEye()


def brightness(pictures, made):
    return Measure(value=float(pictures["embedding"].mean()))


BRIGHT = SightMetric(
    name="toy.bright",
    extractor="toy",
    sight=Sight("toy-eye", 10),
    variant="mean",
    higher_is_better=True,
    measure=brightness,
    scales={"percent": lambda value: value / 2.55},
)


@pytest.fixture
def sighted(protocol, monkeypatch):
    row = {"toy.bright": "tests.eval.test_engine:BRIGHT"}
    known = dict(metrics._rows) | ROWS | row
    for module in (aggregate, embed, listen, memory, senses):
        monkeypatch.setattr(module, "metrics", Catalog("metric", known))
    eyes = Catalog("frame extractor", {"toy-eye": f"{__name__}:open_toy_eye"})
    monkeypatch.setattr(senses, "frame_extractors", eyes)
    monkeypatch.setattr(ToyEye, "asked", [])
    return msgspec.structs.replace(protocol, metrics=["toy.bright", "fad.toy"])


def test_one_picture_in_ten_is_seen_and_only_what_the_network_keeps_of_it(
    dataset, sighted, tmp_path, monkeypatch
):
    in_threads(monkeypatch)
    scores = scored(dataset, sighted, tmp_path)
    shapes = [shape for call in ToyEye.asked for shape in call]
    assert len(shapes) == 10
    assert set(shapes) == {(4, 4, 4, 3)}, "five seconds at eight per second, one in ten"
    bright = scores["toy.bright"]
    assert bright.value == pytest.approx(40, abs=4)
    assert bright.scales == {"percent": bright.value / 2.55}
    assert "|toy-eye|frames-1/10|toy-8k|" in bright.signature


def test_the_second_system_sees_no_picture_again(dataset, sighted, tmp_path, monkeypatch):
    in_threads(monkeypatch)
    first = scored(dataset, sighted, tmp_path)
    ToyEye.asked[:] = []
    assert scored(dataset, sighted, tmp_path, "noise")["toy.bright"] == first["toy.bright"]
    assert ToyEye.asked == []


def test_a_clip_without_a_picture_has_no_such_number_and_keeps_the_others(
    sighted, tmp_path, monkeypatch
):
    in_threads(monkeypatch)
    for index in range(8):
        tone = np.sin(np.arange(32_000) / (9 + index)).astype(np.float32) / 3
        for folder in ("true", "made"):
            write_wav(tmp_path / folder / f"{index}.wav", tone, 16_000)
    monkeypatch.setattr(run, "read_protocol", lambda name: sighted)
    ran = run.score_folders(tmp_path / "true", tmp_path / "made", "toy", tmp_path / "runs")
    bright, distance = ran.result.scores
    assert bright.value is None
    assert "the clip has no picture" in bright.reason
    assert distance.value == pytest.approx(0, abs=1e-6)


def test_what_no_package_computes_is_ours_and_the_result_says_so(
    dataset, protocol, tmp_path, monkeypatch
):
    in_threads(monkeypatch)
    known = Catalog("reference extractor", {"toy": f"{__name__}:open_package"})
    monkeypatch.setattr(senses, "reference_extractors", known)
    config = read_config("silence")
    ran = run_system(dataset, config, protocol, tmp_path / "a", backend="reference")
    assert ran.result.notes == []
    assert "|toy-8k|backend=toy-2.0|" in ran.result.scores[0].signature
    monkeypatch.setattr(senses, "reference_extractors", Catalog("reference extractor", {}))
    ran = run_system(dataset, config, protocol, tmp_path / "b", backend="reference")
    assert ran.result.notes == ["No package stands behind toy: computed by sfbench's own code."]
    assert "backend" not in ran.result.scores[0].signature


class Package(Toy):
    signature = "toy-8k|backend=toy-2.0"


def open_package(device):
    return Package()


def in_threads(monkeypatch):
    """Run stages in this process, where the toy catalogs are known."""
    from sfbench import executor

    whole = executor.Stage.run

    def run(stage, items, workers=None):
        return whole(executor.Stage(stage.name, stage.work, kind="threads"), items, workers)

    monkeypatch.setattr(executor.Stage, "run", run)
