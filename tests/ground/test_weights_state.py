"""Tensors out of files that strangers wrote."""

import os
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
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


@pytest.mark.parametrize("core", ["core", "_core"])
def test_numbers_of_any_numpy_beside_the_tensors_are_let_through(state, tmp_path, core):
    beside = {
        "lr": np.float64(1e-4),
        "epoch": np.int64(3),
        "indexes_per_class": [np.arange(5), np.array([0.5], np.float32)],
    }
    torch.save({"state_dict": state, **beside}, tmp_path / "w.pt")
    with (
        zipfile.ZipFile(tmp_path / "w.pt") as written,
        zipfile.ZipFile(tmp_path / "old.pt", "w") as old,
    ):
        for name in written.namelist():
            content = written.read(name)
            if name.endswith("data.pkl"):
                assert b"numpy._core.multiarray" in content
                content = content.replace(b"numpy._core.", f"numpy.{core}.".encode())
            old.writestr(name, content)
    assert_same(load_state(tmp_path / "old.pt"), state)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol 4")
def test_what_the_safe_reader_cannot_read_is_told_with_the_way_out(state, tmp_path):
    torch.save(state, tmp_path / "w.pt", pickle_protocol=4)
    with pytest.raises(SfbenchError, match=r"operand 149.*convert it to \.safetensors"):
        load_state(tmp_path / "w.pt")


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
    with pytest.raises(SfbenchError, match=r"mkdir.*nothing in it was run") as caught:
        load_state(tmp_path / "w.pth")
    assert "weights_only" not in str(caught.value)
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
