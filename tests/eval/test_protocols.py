"""The protocols that the benchmark carries."""

import re

import pytest

from sfbench import benchmark_files
from sfbench.errors import SfbenchError
from sfbench.eval.metric import metrics
from sfbench.eval.protocol import read_protocol
from sfbench.eval.senses import Senses
from sfbench.weights.declaration import groups

NAMES = benchmark_files.names("eval")
WEIGHTLESS = ("basic", "condfoleygen", "continuous", "semantic-mini")
SHIPPED = {"mini"}
WEIGHTED = sorted(set(NAMES) - set(WEIGHTLESS) - SHIPPED)


def test_the_paper_and_every_compatible_preset_is_carried():
    assert {"paper", "continuous", "basic", "semantic"} <= set(NAMES)
    assert {"specvqgan", "audioldm", "avbench", "fad-0.3", "foleycrafter-clip"} <= set(NAMES)
    assert "condfoleygen" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_protocol_is_called_what_its_file_is_and_knows_its_metrics(name):
    protocol = read_protocol(name)
    assert protocol.name == name
    assert [metrics[metric].name for metric in protocol.metrics] == protocol.metrics


@pytest.mark.parametrize("name", WEIGHTED)
def test_the_weights_of_a_protocol_are_fetched_by_its_name(name, tmp_path, monkeypatch):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    with pytest.raises(SfbenchError, match="sfbench weights fetch") as missing:
        Senses.open(read_protocol(name), "cpu")
    (wanted,) = re.findall(r"weights fetch (\S+)", str(missing.value))
    assert wanted in groups[name]


@pytest.mark.parametrize("name", WEIGHTLESS)
def test_a_protocol_without_weights_opens_on_an_empty_machine(name, tmp_path, monkeypatch):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    assert Senses.open(read_protocol(name), "cpu").eyes == {}


def test_the_protocol_mini_sees_and_hears_on_an_empty_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    senses = Senses.open(read_protocol("mini"), "cpu")
    assert len(senses.ears) == 5 and len(senses.eyes) == 1
    assert sum(one.startswith("mini-") for one in senses.signatures.values()) == 5


def test_the_hash_of_a_protocol_holds_window_and_signal(tmp_path):
    text = (benchmark_files.benchmark_folder("eval") / "avbench.toml").read_text()
    changes = {
        "remove_dc = true": "remove_dc = false",
        '"crop"': '"pad"',
        "seconds = 8.0": "seconds = 9.0",
    }
    hashes = {read_protocol("avbench").sha256}
    for old, new in changes.items():
        (tmp_path / "own.toml").write_text(text.replace(old, new, 1))
        hashes.add(read_protocol(str(tmp_path / "own.toml")).sha256)
    assert len(hashes) == 4


def test_no_metric_twice(tmp_path):
    text = (benchmark_files.benchmark_folder("eval") / "basic.toml").read_text()
    (tmp_path / "own.toml").write_text(text.replace('"kad.mel"', '"fad.mel"'))
    with pytest.raises(SfbenchError, match="each once"):
        read_protocol(str(tmp_path / "own.toml"))
