"""Repositories of several files, fetched from a loopback server that keeps hand-made ones."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from sfbench.errors import SfbenchError
from sfbench.weights import declaration, download
from sfbench.weights.declaration import Weights, chosen, groups_of, known
from sfbench.weights.fetch import fetch_weights
from sfbench.weights.holding import foreseen
from sfbench.weights.locate import locate
from sfbench.weights.require import require
from tests.ground.test_weights_download import Handler, Server, serving

pytest.importorskip("httpx")

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TREE = {
    "config.json": b'{"width": 8}',
    "unet/config.json": b'{"layers": 2}',
    "unet/model.bin": bytes(range(256)) * 40,
}


def file(path: str, revision: str = COMMIT, **about: object) -> Weights:
    return Weights(
        **{
            "name": f"toy/{path}",
            "file": f"toy/{path}",
            "licence": "CC-BY-4.0",
            "repo": "owner/toy",
            "revision": revision,
            "path": path,
            "at_most": 20_000,
        }
        | about
    )


TOY = (
    file("config.json"),
    file("unet/config.json"),
    file(
        "unet/model.bin",
        at_most=None,
        size=len(TREE["unet/model.bin"]),
        sha256=hashlib.sha256(TREE["unet/model.bin"]).hexdigest(),
    ),
)


class Hub:
    """Serves a tree of files; `cut` breaks the first transfer of what is longer than that."""

    def __init__(self, tree: dict[str, bytes]) -> None:
        self.tree = {f"/owner/toy/resolve/{COMMIT}/{path}": data for path, data in tree.items()}
        self.tree |= {f"/owner/toy/resolve/main/{path}": data for path, data in tree.items()}
        self.cut: int | None = None

    def __call__(self, request: Handler) -> None:
        if request.path not in self.tree:
            return request.reply(404)
        data = self.tree[request.path]
        asked = request.headers.get("Range")
        if asked is None:
            end, self.cut = (self.cut, None) if self.cut else (len(data), None)
            return request.reply(200, data[:end], Content_Length=str(len(data)))
        first, _, last = asked.removeprefix("bytes=").partition("-")
        begin, end = int(first), min(int(last or len(data)), len(data) - 1)
        rest = data[begin : end + 1]
        span = f"bytes {begin}-{end}/{len(data)}"
        request.reply(206, rest, Content_Length=str(len(rest)), Content_Range=span)


@pytest.fixture
def hub() -> Hub:
    return Hub(TREE)


@pytest.fixture
def server(hub, monkeypatch) -> Iterator[Server]:
    """The hub, and `HF_ENDPOINT` that names it as the mirror."""
    with serving(hub) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url.removesuffix("/weights.bin"))
        yield server


@pytest.fixture(autouse=True)
def toy(tmp_path, monkeypatch):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("SFBENCH_OFFLINE", raising=False)
    monkeypatch.setattr(download, "_PAUSE", 0.0)
    monkeypatch.setattr(known, "_rows", {"toy": f"{__name__}:TOY"})
    monkeypatch.setattr(declaration, "groups", {"singer": ("toy",)})


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home" / "weights"


def test_a_group_brings_the_tree_as_it_is_published(server, home):
    rows = fetch_weights(["singer"])
    assert [row.status for row in rows] == ["ok", "ok", "ok"]
    found = {
        path.relative_to(home / "toy").as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.suffix != ".sha256"
    }
    assert found == TREE
    assert all(path.startswith(f"/owner/toy/resolve/{COMMIT}/") for path in server.paths)


def test_a_file_a_row_and_a_group_can_be_named():
    assert chosen(["toy/unet/config.json"]) == [TOY[1]]
    assert chosen(["toy"]) == chosen(["singer"]) == chosen(["singer", "toy/config.json"])
    assert groups_of("toy/unet/model.bin") == ("singer",)
    assert foreseen(["singer"]).startswith("3 files to fetch, at most 0.1 MB: toy/config.json")
    with pytest.raises(SfbenchError, match=r"toy has toy/config\.json"):
        chosen(["toy/vae/config.json"])


def test_what_is_here_is_not_fetched_again(server):
    fetch_weights(["toy"])
    server.paths.clear()
    fetch_weights(["singer"])
    assert server.paths == []


def test_a_transfer_that_is_cut_goes_on_in_the_middle(hub, server, home):
    hub.cut = 5_000
    fetch_weights(["toy/unet/model.bin"])
    assert (home / "toy/unet/model.bin").read_bytes() == TREE["unet/model.bin"]
    assert server.asked == [None, "bytes=5000-"]


def test_other_bytes_than_declared_are_deleted_and_the_rest_is_kept(hub, server, home):
    hub.tree[f"/owner/toy/resolve/{COMMIT}/unet/model.bin"] = TREE["unet/model.bin"][::-1]
    with pytest.raises(SfbenchError, match="holds other bytes than declared"):
        fetch_weights(["toy"])
    assert sorted(path.name for path in (home / "toy/unet").iterdir()) == [
        "config.json",
        "config.json.sha256",
    ]


def test_a_branch_is_held_to_what_it_was_at_the_first_fetch(hub, server, home, monkeypatch):
    moving = (file("config.json", revision="main"),)
    monkeypatch.setattr("tests.ground.test_weights_repository.TOY", moving)
    fetch_weights(["toy"])
    (home / "toy/config.json").unlink()
    hub.tree["/owner/toy/resolve/main/config.json"] = b'{"width": 9}'
    with pytest.raises(SfbenchError, match="holds other bytes than declared"):
        fetch_weights(["toy"])


def test_the_hubs_cache_serves_a_branch_by_the_commit_that_it_noted(tmp_path):
    repository = tmp_path / "hub/hub/models--owner--toy"
    at = repository / "snapshots" / COMMIT / "config.json"
    at.parent.mkdir(parents=True)
    at.write_bytes(TREE["config.json"])
    moving = file("config.json", revision="main")
    assert locate(moving) is None
    (repository / "refs").mkdir()
    (repository / "refs/main").write_text(COMMIT)
    assert locate(moving) == at
    (repository / "refs/main").write_text("../../../etc")
    assert locate(moving) is None


def test_missing_weights_are_one_message_with_files_sizes_licence_and_command():
    with pytest.raises(SfbenchError) as caught:
        require("singer")
    assert str(caught.value).splitlines() == [
        "singer needs 3 files of weights that are not on this machine:",
        "  toy/config.json: at most 0 MB, CC-BY-4.0",
        "  toy/unet/config.json: at most 0 MB, CC-BY-4.0",
        "  toy/unet/model.bin: 0 MB, CC-BY-4.0",
        "at most 0.1 MB in all; type: sfbench weights fetch singer",
    ]


def test_required_weights_are_checked(server, home):
    fetch_weights(["singer"])
    held = require("singer")
    assert list(held) == [one.name for one in TOY]
    assert json.loads(Path(held["toy/config.json"].path).read_text()) == {"width": 8}
    assert held["toy/unet/model.bin"].published_sha256 == TOY[2].sha256
    (home / "toy/unet/model.bin").write_bytes(TREE["unet/model.bin"][::-1])
    with pytest.raises(SfbenchError, match=r"wrong-hash.*delete them and type"):
        require("singer")


def test_nothing_is_fetched_while_offline(server, monkeypatch):
    monkeypatch.setenv("SFBENCH_OFFLINE", "1")
    with pytest.raises(SfbenchError, match="nothing is fetched while offline"):
        fetch_weights(["singer"])
    assert server.paths == []


def test_other_packages_may_declare_repositories(monkeypatch):
    monkeypatch.setattr(known, "_rows", {})
    rows = [SimpleNamespace(name="toy", value=f"{__name__}:TOY")]
    monkeypatch.setattr("sfbench.catalog.entry_points", lambda group: rows)
    assert chosen(()) == list(TOY)
