"""What the verbs about weights print, without a network."""

import json

import pytest
from typer.testing import CliRunner

from sfbench.cli import app
from sfbench.weights import fetch


@pytest.fixture(autouse=True)
def nothing_here(tmp_path, monkeypatch):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("SFBENCH_OFFLINE", raising=False)


@pytest.fixture
def asked(monkeypatch):
    """Which addresses would be fetched."""
    addresses = []

    def bring(declared, target, watch):
        addresses.append(declared.address)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"weights")

    monkeypatch.setattr(fetch, "_bring", bring)
    return addresses


def weights(*words):
    return CliRunner().invoke(app, ["weights", *words])


def test_the_total_is_told_before_a_protocols_weights_are_fetched(asked):
    ended = weights("fetch", "specvqgan")
    assert ended.exit_code == 0
    told = "2 files to fetch, at most 400.0 MB: melception, melception-statistics\n"
    assert ended.stderr == told
    assert len(asked) == 2


def test_quiet_tells_nothing(asked):
    assert weights("fetch", "specvqgan", "--quiet").output == ""


def test_nothing_to_convert_is_said():
    assert weights("convert").stdout == "no pickled weights are here\n"
    assert json.loads(weights("convert", "--json").stdout) == []


def test_the_list_has_sizes_licences_and_protocols_for_programs():
    rows = {row["name"]: row for row in json.loads(weights("list", "--json").stdout)}
    assert rows["passt"]["size"] == 344_665_734
    assert rows["passt"]["groups"] == ["avbench"]
    assert rows["passt"]["licence"] == "Apache-2.0"
    assert rows["wav2clip"]["size"] is None
    assert rows["wav2clip"]["at_most"] == 200_000_000
