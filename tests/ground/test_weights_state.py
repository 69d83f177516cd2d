"""Tensors out of files that strangers wrote."""

import os
import pickle
import sys
from pathlib import Path

import pytest

from sfbench.errors import SfbenchError
from sfbench.weights.state import load_state

torch = pytest.importorskip("torch")


@pytest.fixture
def state():
    return {"layer.weight": torch.arange(6.0).reshape(2, 3), "layer.bias": torch.ones(2)}


def assert_same(found, state):
    assert sorted(found) == sorted(state)
    assert all(torch.equal(found[name], state[name]) for name in state)


def test_safetensors_come_back(state, tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    safetensors.save_file(state, tmp_path / "w.safetensors")
    assert_same(load_state(tmp_path / "w.safetensors"), state)


@pytest.mark.parametrize("wrapper", [None, "state_dict", "model"])
def test_torch_files_come_back_bare_or_from_a_checkpoint(state, tmp_path, wrapper):
    content = state if wrapper is None else {wrapper: state, "iteration": 7}
    torch.save(content, tmp_path / "w.pth")
    assert_same(load_state(tmp_path / "w.pth"), state)


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = str(trace)

    def __reduce__(self):
        return os.mkdir, (self.trace,)


@pytest.mark.parametrize("legacy", [True, False])
def test_a_pickle_that_wants_code_run_is_refused_and_not_run(state, tmp_path, legacy):
    content = {**state, "evil": Evil(tmp_path / "ran")}
    torch.save(content, tmp_path / "w.pth", _use_new_zipfile_serialization=not legacy)
    with pytest.raises(SfbenchError, match="nothing in it was run"):
        load_state(tmp_path / "w.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_bare_pickle_is_refused_whatever_it_is_called(tmp_path, suffix):
    path = (tmp_path / "w").with_suffix(suffix)
    path.write_bytes(pickle.dumps(Evil(tmp_path / "ran")))
    with pytest.raises(SfbenchError, match="nothing in it was run"):
        load_state(path)
    assert not (tmp_path / "ran").exists()


def test_the_evil_file_is_evil(tmp_path):
    pickle.loads(pickle.dumps(Evil(tmp_path / "ran")))
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04" + bytes(100), bytes(1000)])
def test_a_damaged_file_is_told(tmp_path, suffix, content):
    path = (tmp_path / "w").with_suffix(suffix)
    path.write_bytes(content)
    with pytest.raises(SfbenchError, match="cannot be read"):
        load_state(path)


def test_a_truncated_file_is_told(state, tmp_path):
    torch.save(state, tmp_path / "w.pth")
    whole = (tmp_path / "w.pth").read_bytes()
    (tmp_path / "w.pth").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SfbenchError, match="cannot be read"):
        load_state(tmp_path / "w.pth")


@pytest.mark.parametrize("content", [[1, 2], {"a": 1}, {1: "tensor"}, "text"])
def test_a_file_without_named_tensors_is_told(tmp_path, content):
    torch.save(content, tmp_path / "w.pth")
    with pytest.raises(SfbenchError, match="other than named tensors"):
        load_state(tmp_path / "w.pth")


def test_a_torch_whose_safe_reader_is_not_safe_is_refused(state, tmp_path, monkeypatch):
    torch.save(state, tmp_path / "w.pth")
    monkeypatch.setattr(torch, "__version__", "2.5.1+cpu")
    with pytest.raises(SfbenchError, match=r"upgrade 'torch>=2\.6'"):
        load_state(tmp_path / "w.pth")


@pytest.mark.parametrize(
    ("file", "package"), [("w.pth", "torch"), ("w.safetensors", "safetensors")]
)
def test_a_missing_package_is_told_with_the_line_to_type(tmp_path, monkeypatch, file, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SfbenchError, match=rf"needs {package}.*sfbench\[weights\]"):
        load_state(tmp_path / file)
