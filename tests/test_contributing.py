"""The examples of CONTRIBUTING.md, run as the files that they stand for."""

import doctest
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sfbench import __version__
from sfbench.clip import Clip
from sfbench.errors import ClipError
from sfbench.eval.pair import Pair
from sfbench.manifest import Manifest

ROOT = Path(__file__).parents[1]
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.S)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch):
    def load(word: str) -> ModuleType:
        source = next(source for source in EXAMPLES if word in source)
        module = ModuleType("example")
        monkeypatch.setitem(sys.modules, "example", module)  # dataclasses look there
        exec(compile(source, f"CONTRIBUTING.md, {word}", "exec"), module.__dict__)
        return module

    return load


def test_the_generator_hums_for_the_length_of_the_clip(example, tmp_path):
    clip = Clip(id="a", label=None, split="test", video="a.mp4", sha256="", seconds=2.0)
    sound = example("open_hum").open_hum(Manifest(tmp_path, "none", (clip,)), {}).generate(clip, 0)
    assert len(sound.samples) == 2 * sound.sample_rate
    spectrum = np.abs(np.fft.rfft(sound.samples))
    assert spectrum.argmax() / 2.0 == 50


def test_the_metric_measures_6_db(example):
    module = example("measure_loudness")
    assert doctest.testmod(module).attempted == 1
    assert doctest.testmod(module).failed == 0
    noise = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    pair = Pair(noise, noise / 2, np.ones(100, bool))
    assert module.LOUDNESS.measure(pair).value == pytest.approx(20 * np.log10(2), abs=1e-3)


def test_the_source_offers_one_video(example, tmp_path):
    (tmp_path / "my film.mp4").write_bytes(b"film")
    source = example("open_single").open_single(str(tmp_path / "my film.mp4"), None)
    (candidate,) = source.candidates()
    source.fetch(candidate, tmp_path / "out" / "copy.mp4")
    assert (candidate.id, source.name) == ("my-film", "single:my film.mp4")
    assert (tmp_path / "out" / "copy.mp4").read_bytes() == b"film"
    (tmp_path / "my film.mp4").unlink()
    with pytest.raises(ClipError):
        source.fetch(candidate, tmp_path / "other.mp4")


def test_every_example_is_run_and_formatted():
    assert len(EXAMPLES) == 3
    assert max(len(line) for source in EXAMPLES for line in source.splitlines()) <= 100


def test_what_contributing_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    new = {"sfbench/model/hum.py", "sfbench/eval/metrics/loudness.py", "sfbench/curation/single.py"}
    named = set(re.findall(r"`(sfbench/[\w/]+\.py)`", text))
    assert new <= named
    assert all((ROOT / path).is_file() for path in named - new)
    assert not any((ROOT / path).exists() for path in new)


def test_the_citation_names_this_version():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.search(r"^version: (.*)$", citation, re.M)[1] == __version__
