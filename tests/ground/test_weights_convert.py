"""Pickled weights in the published layouts, and what becomes of them in safetensors."""

import hashlib

import pytest

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.weights.conversion import converted_path
from sfbench.weights.convert import convert_weights
from sfbench.weights.declaration import Weights, known
from sfbench.weights.fetch import fetch
from sfbench.weights.holding import verify
from sfbench.weights.locate import locate
from sfbench.weights.state import load_state

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")


def declare(file: str, **about: object) -> Weights:
    base = {"name": file.partition(".")[0], "file": file, "licence": "MIT", "at_most": 10**6}
    return Weights(**base | {"url": f"https://weights.invalid/{file}"} | about)


UNET = declare("unet.bin")
ADAPTER = declare("adapter.bin")
CONTROL = declare("temporal.ckpt")
DETECTOR = declare("detector.pth.tar")
VOCODER = declare("vocoder.pt")
PLAIN = declare("plain.safetensors")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    rows = ("UNET", "ADAPTER", "CONTROL", "DETECTOR", "VOCODER", "PLAIN")
    table = {globals()[row].name: f"{__name__}:{row}" for row in rows}
    monkeypatch.setattr(known, "_rows", table)
    (tmp_path / "home/weights").mkdir(parents=True)
    return tmp_path / "home/weights"


def tensors(*names: str) -> dict[str, "torch.Tensor"]:
    return {name: torch.full((30, 40), float(place)) for place, name in enumerate(names)}


def trained(state: dict[str, "torch.Tensor"]) -> dict[str, object]:
    """Return a training checkpoint: AdamW keeps two moments for each weight."""
    weights = [torch.nn.Parameter(value) for value in state.values()]
    optimizer = torch.optim.AdamW(weights)
    for weight in weights:
        weight.grad = torch.ones_like(weight)
    optimizer.step()
    return {"state_dict": state, "optimizer": optimizer.state_dict(), "epoch": 7}


def put(home, declared, content):
    torch.save(content, home / declared.file)
    return home / declared.file


@pytest.mark.parametrize(
    ("declared", "wrap", "names"),
    [
        (UNET, lambda state: state, ["a.weight", "b.weight"]),
        (CONTROL, trained, ["a.weight", "b.weight"]),
        (DETECTOR, trained, ["a.weight", "b.weight"]),
        (VOCODER, lambda state: {"generator": state}, ["a.weight", "b.weight"]),
        (
            ADAPTER,
            lambda state: {"image_proj": {"p": state["a.weight"]}, "ip_adapter": state},
            ["image_proj.p", "ip_adapter.a.weight", "ip_adapter.b.weight"],
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Weights) else "",
)
def test_the_same_tensors_come_back_from_the_converted_file(home, declared, wrap, names):
    path = put(home, declared, wrap(tensors("a.weight", "b.weight")))
    before = load_state(path)
    (made,) = convert_weights([declared.name])
    after = load_state(locate(declared))
    assert locate(declared).suffix == ".safetensors"
    assert sorted(after) == names
    assert all(torch.equal(after[name], before[name]) for name in names)
    assert made.conversion.source_sha256 == store.sha256_file(path)
    assert made.conversion.sha256 == store.sha256_file(locate(declared))


def test_an_optimiser_is_left_out_and_said_to_be(home):
    put(home, CONTROL, trained(tensors("a", "b", "c", "d")))
    (made,) = convert_weights(["temporal"])
    assert made.conversion.left_out == ["optimizer", "epoch"]
    assert made.conversion.size < made.conversion.source_size / 2.5
    assert "left out: optimizer, epoch" in str(made)


def test_a_converted_file_stands_for_the_published_one(home):
    path = put(home, UNET, tensors("a"))
    published = store.sha256_file(path)
    convert_weights(["unet"])
    path.unlink()
    held = verify(UNET)
    assert (held.status, held.published_sha256) == ("ok", published)
    assert fetch(UNET, offline=True) == home / "unet.safetensors"
    assert convert_weights(["unet"])[0].conversion.source_sha256 == published


def test_a_damaged_converted_file_is_told(home):
    put(home, UNET, tensors("a"))
    convert_weights(["unet"])
    data = bytearray((home / "unet.safetensors").read_bytes())
    data[-1] ^= 1
    (home / "unet.safetensors").write_bytes(data)
    assert verify(UNET).status == "wrong-hash"
    (home / "unet.safetensors").write_bytes(data[:-4])
    assert verify(UNET, hashed=False).status == "wrong-size"


def test_the_conversion_of_another_file_is_passed_over(home, monkeypatch):
    path = put(home, UNET, tensors("a"))
    convert_weights(["unet"])
    pinned = declare("unet.bin", sha256=hashlib.sha256(b"another").hexdigest())
    assert locate(pinned) == path
    (home / "unet.safetensors.json").write_text("nonsense")
    assert locate(UNET) == path


def test_a_strangers_safetensors_beside_it_is_neither_used_nor_overwritten(home):
    path = put(home, UNET, tensors("a"))
    converted_path(path).write_bytes(b"mine")
    assert locate(UNET) == path
    with pytest.raises(SfbenchError, match="move it away"):
        convert_weights(["unet"])
    assert converted_path(path).read_bytes() == b"mine"


def test_tensors_that_share_memory_and_views_are_written_out(home):
    base = torch.arange(12.0).reshape(3, 4)
    put(home, UNET, {"base": base, "same": base, "turned": base.t(), "nan": torch.tensor([0 / 1])})
    convert_weights(["unet"])
    state = load_state(locate(UNET))
    assert torch.equal(state["same"], base)
    assert torch.equal(state["turned"], base.t())


def test_without_names_all_that_are_here_are_converted(home):
    put(home, UNET, tensors("a"))
    put(home, VOCODER, {"generator": tensors("b")})
    (home / PLAIN.file).write_bytes(b"not pickled")
    assert [made.name for made in convert_weights()] == ["unet", "vocoder"]
    with pytest.raises(SfbenchError, match="sfbench weights fetch adapter"):
        convert_weights(["adapter"])


def test_what_is_in_the_hubs_cache_is_converted_into_our_folder(home, tmp_path, monkeypatch):
    commit = "0" * 40
    on_hub = declare("hub.bin", url=None, repo="owner/name", revision=commit, path="hub.bin")
    cached = tmp_path / "hub/hub/models--owner--name/snapshots" / commit / "hub.bin"
    cached.parent.mkdir(parents=True)
    torch.save(tensors("a"), cached)
    monkeypatch.setattr(f"{__name__}.UNET", on_hub)
    monkeypatch.setattr(known, "_rows", {"hub": f"{__name__}:UNET"})
    (made,) = convert_weights(["hub"])
    assert made.path == str(home / "hub.safetensors")
    assert locate(on_hub) == home / "hub.safetensors"
    assert [path.name for path in cached.parent.iterdir()] == ["hub.bin"]


def test_a_file_that_wants_code_to_be_run_is_refused(home):
    class Evil:
        def __reduce__(self):
            return (print, ("code was run",))

    put(home, UNET, {"a": Evil()})
    with pytest.raises(SfbenchError, match="nothing in it was run"):
        convert_weights(["unet"])
    assert [path.name for path in home.iterdir()] == ["unet.bin"]
