"""Ray gives what this machine's own pool gives; every test starts a Ray of its own."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from sfbench.errors import SfbenchError
from sfbench.executor import Stage
from sfbench.executor.ray import Ray
from sfbench.manifest import read_manifest
from tests.ground.works import first_is_slow

ROOT = Path(__file__).parents[2]
with_ray = pytest.mark.skipif(not find_spec("ray"), reason="ray is not installed")


def run(*words):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_ADDRESS": ""}
    command = [sys.executable, "-W", "ignore", *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)


@with_ray
@pytest.mark.slow
def test_ray_gives_the_same_manifest(videos, dataset, tmp_path):
    words = ["curate", "--source", f"folder:{videos}", "--recipe", "basic"]
    words += ["--out", tmp_path / "d", "--workers", 2]
    ended = run("-m", "sfbench", *words, "--engine", "ray", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["manifest_sha256"] == dataset.sha256
    assert read_manifest(tmp_path / "d").sha256 == dataset.sha256
    assert len((tmp_path / "d" / "journal.jsonl").read_text().splitlines()) == 1 + 14


@with_ray
@pytest.mark.slow
def test_on_ray_too_a_failure_costs_its_item_alone():
    ended = run("-m", "tests.ground.works_on_ray")
    assert ended.returncode == 0, ended.stderr
    codes = ["error", "crashed", "time-out", "out-of-memory", "no-sound", "fine", "error"]
    assert json.loads(ended.stdout) == codes


def test_without_ray_an_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SfbenchError, match=r"pip install 'sfbench\[ray\]'"):
        list(Stage("square", first_is_slow).run([1], 1, engine=Ray()))


def test_a_cluster_that_is_not_there_is_said_at_once():
    with pytest.raises(SfbenchError, match=r"cannot be reached at 127\.0\.0\.1:9: "):
        list(Stage("square", first_is_slow).run([1], 1, engine=Ray("127.0.0.1:9")))


def test_no_items_start_no_ray(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert list(Stage("square", first_is_slow).run([], 1, engine=Ray())) == []
