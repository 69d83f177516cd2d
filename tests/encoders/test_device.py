import pytest

from sfbench.encoders.device import choose_device
from sfbench.errors import SfbenchError


def test_the_processor_is_always_there():
    assert choose_device("cpu") == "cpu"
    assert choose_device("auto", idle=True) == "cpu"


def test_the_best_device_is_chosen_when_nobody_says(monkeypatch):
    monkeypatch.setattr("sfbench.encoders.device._accelerators", lambda: ["cuda", "cuda:0"])
    assert choose_device("auto") == "cuda"
    assert choose_device("cuda:0") == "cuda:0"
    monkeypatch.setattr("sfbench.encoders.device._accelerators", list)
    assert choose_device("auto") == "cpu"


def test_a_device_that_is_not_there_is_refused_with_those_that_are(monkeypatch):
    monkeypatch.setattr("sfbench.encoders.device._accelerators", list)
    with pytest.raises(SfbenchError, match="this machine has no cuda; type --device cpu"):
        choose_device("cuda")


def test_a_name_that_is_no_device_lists_those_that_are():
    with pytest.raises(SfbenchError, match="no device called 'gpu'; choose from auto, cpu, cuda"):
        choose_device("gpu", idle=True)
