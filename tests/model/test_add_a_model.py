"""The page that takes a reader to a row of the leaderboard: short, and its code runs."""

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

from sfbench.model.config import GeneratorConfig
from sfbench.model.generate import generate
from sfbench.model.generator import generators

PAGE = (Path(__file__).parents[2] / "docs" / "add-a-model.md").read_text("utf-8")
BLOCKS = re.findall(r"```(python|toml|console)\n(.*?)```", PAGE, re.DOTALL)


def test_a_row_of_the_leaderboard_takes_at_most_30_lines():
    way, _, _ = PAGE.partition("## The command")
    lines = [
        line
        for _, text in re.findall(r"```(\w+)\n(.*?)```", way, re.S)
        for line in text.split("\n")
    ]
    assert 20 < sum(bool(line.strip()) for line in lines) <= 30


def test_the_network_of_the_page_is_as_loud_as_the_picture_is_bright(
    dataset, tmp_path, monkeypatch
):
    (source,) = (text for kind, text in BLOCKS if kind == "python" and "open_sing" in text)
    (tmp_path / "sing_of_the_page.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)  # workers inherit it
    monkeypatch.setattr(generators, "_rows", {"sing": "sing_of_the_page:open_sing"})
    config = GeneratorConfig(1, "sing", "sing", "it sings", "CC0-1.0")
    run = generate(dataset, config, tmp_path, limit=3, batch=2, workers=1, device="cpu")
    assert [take.status for take in run.takes] == ["ok"] * 3
    assert run.notes == ("It has no weights.",)
    samples, _ = soundfile.read(run.folder / run.takes[0].audio)
    brightness = 40 / 255 + (16 / 64) ** 2 * (153 - 40) / 255
    assert samples.std() == pytest.approx(0.1 * brightness, rel=0.1)
    assert not np.array_equal(samples, soundfile.read(run.folder / run.takes[1].audio)[0])
    assert isinstance(sys.modules["sing_of_the_page"], ModuleType)
