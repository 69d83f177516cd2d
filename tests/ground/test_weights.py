"""Weights: declared, found, fetched, checked."""

import hashlib
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sfbench.errors import SfbenchError
from sfbench.weights import fetch as module
from sfbench.weights.declaration import Weights, chosen, groups, known
from sfbench.weights.fetch import fetch, fetch_weights
from sfbench.weights.holding import foreseen, holdings_text, list_weights, verify, verify_weights
from sfbench.weights.locate import locate

BYTES = b"some weights" * 100
SHA256 = hashlib.sha256(BYTES).hexdigest()
COMMIT = "0123456789abcdef0123456789abcdef01234567"
URL = "https://weights.invalid/published.pth"

PINNED = Weights(
    name="pinned", file="pinned.pth", size=len(BYTES), licence="MIT", sha256=SHA256, url=URL
)
UNPUBLISHED = Weights(
    name="unpublished", file="unpublished.pth", size=len(BYTES), licence="MIT", url=URL
)
UNMEASURED = Weights(
    name="unmeasured", file="unmeasured.pt", at_most=2 * len(BYTES), licence="MIT", url=URL
)
BY_MD5 = Weights(
    name="by-md5",
    file="by-md5.pt",
    at_most=2 * len(BYTES),
    licence="MIT",
    md5=hashlib.md5(BYTES, usedforsecurity=False).hexdigest(),
    url=URL,
)
ON_HUB = Weights(
    name="on-hub",
    file="on-hub.safetensors",
    size=len(BYTES),
    licence="Apache-2.0",
    repo="owner/name",
    revision=COMMIT,
    path="sub folder/model.safetensors",
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    monkeypatch.delenv("SFBENCH_OFFLINE", raising=False)
    return tmp_path / "home" / "weights"


class Wire:
    """Stands for the network: what it sends, and which addresses were asked for."""

    def __init__(self) -> None:
        self.sends = BYTES
        self.breaks_after: int | None = None
        self.asked: list[str] = []

    def download(self, url: str, partial: Path, size: int) -> Iterator[int]:
        self.asked.append(url)
        have = partial.stat().st_size
        with partial.open("ab") as file:
            file.write(self.sends[have : self.breaks_after])
        if self.breaks_after is not None:
            raise SfbenchError("the wire broke")
        yield from ()

    def published_length(self, url: str, at_most: int) -> int:
        return len(self.sends)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    monkeypatch.setattr(module, "download", wire.download)
    monkeypatch.setattr(module, "published_length", wire.published_length)
    return wire


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows that another package adds by entry point, and none of our own."""
    monkeypatch.setattr(known, "_rows", {})
    about = tmp_path / "site" / "stranger-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[sfbench.weights]\npinned = stranger:PINNED\nunpublished = stranger:UNPUBLISHED\n"
    )
    stranger = ModuleType("stranger")
    stranger.PINNED, stranger.UNPUBLISHED = PINNED, UNPUBLISHED
    monkeypatch.setitem(sys.modules, "stranger", stranger)
    monkeypatch.syspath_prepend(tmp_path / "site")


def put(folder: Path, name: str, content: bytes = BYTES) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "file",
    [
        "../up.pth",
        "a/../../up.pth",
        "/etc/a.pth",
        "a//b.pth",
        "a/./b.pth",
        "a/",
        "a\\b.pth",
        ".hidden",
        "a/.hidden",
        "",
        "a\0b",
    ],
)
def test_a_file_name_cannot_leave_the_folder(file):
    with pytest.raises(ValueError, match="unsafe file name"):
        Weights(name="x", file=file, size=1, licence="MIT", url=URL)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "either url, or repo"),
        ({"url": URL, "repo": "a/b", "revision": COMMIT, "path": "c"}, "either url, or repo"),
        ({"repo": "a/b", "revision": "dev", "path": "c"}, "commit of 40 digits"),
        ({"repo": "a/b", "revision": COMMIT}, "needs path"),
        ({"url": URL, "size": 0}, "at least one byte"),
        ({"url": URL, "sha256": "ABC"}, "64 lower-case"),
        ({"url": URL, "md5": "ABC"}, "32 lower-case"),
        ({"url": URL, "size": None}, "either size or at_most"),
        ({"url": URL, "at_most": 9}, "either size or at_most"),
        ({"url": URL, "size": None, "at_most": 0}, "at least one byte"),
    ],
)
def test_a_row_that_does_not_pin_its_file_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        Weights(**({"name": "x", "file": "x", "size": 1, "licence": "MIT"} | fields))


def test_a_hub_file_has_the_address_of_its_commit():
    expected = f"https://huggingface.co/owner/name/resolve/{COMMIT}/sub%20folder/model.safetensors"
    assert ON_HUB.address == expected


def test_hf_endpoint_replaces_the_hub(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.invalid/")
    assert ON_HUB.address.startswith(f"https://mirror.invalid/owner/name/resolve/{COMMIT}/")
    assert PINNED.address == URL


def test_an_explicit_folder_wins_over_the_home_and_the_home_over_the_hub_cache(home, tmp_path):
    assert locate(ON_HUB, tmp_path / "mine") is None
    snapshot = tmp_path / f"hub/hub/models--owner--name/snapshots/{COMMIT}/sub folder"
    cached = put(snapshot, "model.safetensors")
    assert locate(ON_HUB, tmp_path / "mine") == cached
    at_home = put(home, ON_HUB.file)
    assert locate(ON_HUB, tmp_path / "mine") == at_home
    mine = put(tmp_path / "mine", ON_HUB.file)
    assert locate(ON_HUB, tmp_path / "mine") == mine
    assert locate(ON_HUB) == at_home


def test_the_hub_cache_is_where_huggingface_hub_looks(tmp_path):
    hub = pytest.importorskip("huggingface_hub")
    cache = tmp_path / "hub" / "hub"
    snapshot = cache / "models--owner--name" / "snapshots" / COMMIT / "sub folder"
    put(snapshot, "model.safetensors")
    found = hub.try_to_load_from_cache("owner/name", ON_HUB.path, revision=COMMIT, cache_dir=cache)
    assert found == str(locate(ON_HUB))


def test_fetched_weights_are_checked_and_lie_in_the_home(home, wire):
    assert fetch(PINNED) == home / "pinned.pth"
    assert (home / "pinned.pth").read_bytes() == BYTES
    assert names_in(home) == ["pinned.pth"]
    assert wire.asked == [URL]


def test_fetched_weights_go_into_an_explicit_folder(home, tmp_path, wire):
    assert fetch(PINNED, tmp_path / "mine") == tmp_path / "mine" / "pinned.pth"
    assert not home.exists()


def test_weights_that_are_here_are_not_fetched(home, wire):
    put(home, PINNED.file)
    assert fetch(PINNED) == home / "pinned.pth"
    assert wire.asked == []


def test_a_break_keeps_what_came_and_the_next_fetch_goes_on(home, wire):
    wire.breaks_after = 500
    with pytest.raises(SfbenchError, match="the wire broke"):
        fetch(PINNED)
    assert names_in(home) == ["pinned.pth.partial"]
    assert (home / "pinned.pth.partial").read_bytes() == BYTES[:500]
    wire.breaks_after = None
    fetch(PINNED)
    assert names_in(home) == ["pinned.pth"]


def test_a_break_before_the_first_byte_leaves_nothing(home, wire):
    wire.breaks_after = 0
    with pytest.raises(SfbenchError, match="the wire broke"):
        fetch(PINNED)
    assert names_in(home) == []


def test_weights_with_a_wrong_hash_are_deleted(home, wire):
    wire.sends = BYTES[::-1]
    with pytest.raises(SfbenchError, match=f"expected {SHA256}"):
        fetch(PINNED)
    assert names_in(home) == []


def test_a_partial_file_longer_than_declared_starts_again(home, wire):
    put(home, "pinned.pth.partial", BYTES * 2)
    assert fetch(PINNED).read_bytes() == BYTES


def test_an_unpublished_hash_is_kept_at_the_first_fetch_and_held_to(home, wire):
    fetch(UNPUBLISHED)
    record = (home / "unpublished.pth.sha256").read_text()
    assert record == f"{SHA256}  unpublished.pth\n# {len(BYTES)} bytes\n"
    assert verify(UNPUBLISHED).status == "ok"
    (home / "unpublished.pth").unlink()
    wire.sends = BYTES[::-1]
    with pytest.raises(SfbenchError, match="other bytes than declared"):
        fetch(UNPUBLISHED)
    assert names_in(home) == ["unpublished.pth.sha256"]


def test_an_unpublished_length_is_asked_for_and_held_to_after(home, wire):
    assert verify(UNMEASURED).size is None
    fetch(UNMEASURED)
    holding = verify(UNMEASURED)
    assert (holding.status, holding.size) == ("ok", len(BYTES))
    put(home, UNMEASURED.file, BYTES[:-1])
    assert verify(UNMEASURED, hashed=False).status == "wrong-size"
    (home / UNMEASURED.file).unlink()
    wire.sends = BYTES + b"more"
    with pytest.raises(SfbenchError, match="was not at the first fetch"):
        fetch(UNMEASURED)
    assert names_in(home) == ["unmeasured.pt.sha256"]


def test_the_record_is_one_that_sha256sum_checks(home, wire):
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("there is no sha256sum here")
    fetch(UNMEASURED)
    done = subprocess.run([tool, "--check", "--strict", "unmeasured.pt.sha256"], cwd=home)
    assert done.returncode == 0


def test_weights_of_unpublished_length_are_never_longer_than_allowed(home):
    put(home, UNMEASURED.file, BYTES * 2)
    assert verify(UNMEASURED).status == "unpinned"
    for content in (BYTES * 2 + b"!", b""):
        put(home, UNMEASURED.file, content)
        assert verify(UNMEASURED, hashed=False).status == "wrong-size"


def test_a_record_without_a_length_holds_by_its_hash(home):
    put(home, UNMEASURED.file)
    put(home, "unmeasured.pt.sha256", f"{SHA256}  unmeasured.pt\n".encode())
    assert verify(UNMEASURED).status == "ok"
    put(home, UNMEASURED.file, BYTES[::-1])
    assert verify(UNMEASURED).status == "wrong-hash"


def test_a_published_md5_is_held_to_before_and_after_the_first_fetch(home, wire):
    put(home, BY_MD5.file)
    assert verify(BY_MD5).status == "ok"
    put(home, BY_MD5.file, BYTES[::-1])
    assert verify(BY_MD5).status == "wrong-hash"
    (home / BY_MD5.file).unlink()
    wire.sends = BYTES[::-1]
    with pytest.raises(SfbenchError, match=f"expected MD5 {BY_MD5.md5}"):
        fetch(BY_MD5)
    assert names_in(home) == []
    wire.sends = BYTES
    fetch(BY_MD5)
    assert names_in(home) == ["by-md5.pt", "by-md5.pt.sha256"]


@pytest.mark.parametrize("content", [BYTES[:-1], BYTES[::-1]])
def test_local_weights_that_are_wrong_are_named_and_left_alone(home, wire, content):
    path = put(home, PINNED.file, content)
    with pytest.raises(SfbenchError, match=f"{path} is not the pinned"):
        fetch(PINNED)
    assert path.read_bytes() == content
    assert wire.asked == []


@pytest.mark.parametrize(
    ("declared", "content", "status"),
    [
        (PINNED, BYTES, "ok"),
        (PINNED, BYTES[:-1], "wrong-size"),
        (PINNED, BYTES[::-1], "wrong-hash"),
        (UNPUBLISHED, BYTES[::-1], "unpinned"),
    ],
)
def test_verify_says_what_a_file_is(home, declared, content, status):
    put(home, declared.file, content)
    holding = verify(declared)
    assert holding.status == status
    assert holding.sha256 == hashlib.sha256(content).hexdigest()


def test_a_damaged_record_is_a_wrong_hash(home):
    put(home, UNPUBLISHED.file)
    put(home, "unpublished.pth.sha256", b"\xff\x00")
    assert verify(UNPUBLISHED).status == "wrong-hash"


def test_a_second_fetch_of_the_same_file_waits_its_turn(home, wire):
    partial = put(home, "pinned.pth.partial", BYTES[:10])
    told = pytest.raises(SfbenchError, match="another process is at work")
    with module._claimed(partial), told:
        fetch(PINNED)
    assert wire.asked == []


def test_weights_that_another_process_brought_meanwhile_are_kept(home, wire, monkeypatch):
    put(home, PINNED.file)
    monkeypatch.setattr(module, "locate", lambda *_: None)
    assert fetch(PINNED) == home / PINNED.file
    assert wire.asked == []
    assert names_in(home) == [PINNED.file]


def test_weights_that_do_not_fit_on_the_disk_are_not_begun(home, wire):
    huge = Weights(name="huge", file="huge", size=1 << 60, licence="MIT", url=URL)
    with pytest.raises(SfbenchError, match=r"has \d+ free"):
        fetch(huge)
    assert wire.asked == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path, wire):
    put(tmp_path, "file")
    with pytest.raises(SfbenchError, match="choose another --dir"):
        fetch(PINNED, tmp_path / "file" / "weights")


@pytest.mark.parametrize("by_environment", [True, False])
def test_offline_touches_no_socket_and_says_where_to_put_the_file(
    home, monkeypatch, by_environment
):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    if by_environment:
        monkeypatch.setenv("SFBENCH_OFFLINE", "1")
    with pytest.raises(SfbenchError) as caught:
        fetch(PINNED, offline=not by_environment)
    for part in ("pinned.pth", f"{len(BYTES)} bytes", URL, str(home / "pinned.pth")):
        assert part in str(caught.value)
    put(home, PINNED.file)
    assert fetch(PINNED, offline=not by_environment) == home / "pinned.pth"


def test_a_missing_http_library_is_told_with_the_line_to_type(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(SfbenchError, match=r"pip install 'sfbench\[weights\]'"):
        fetch(PINNED)


def test_progress_is_shown_in_mebibytes(home, wire):
    shown = []

    def watch(items, total, what):
        shown.append((total, what))
        yield from items

    big = Weights(name="big", file="big", size=(3 << 20) + 1, licence="MIT", url=URL)
    wire.sends = bytes(big.size)
    put(home, "big.partial", bytes((1 << 20) + 5))
    fetch(big, watch=watch)
    assert shown == [(2, "big, MiB")]


def test_offline_tells_how_long_a_file_may_be_whose_length_is_not_published():
    with pytest.raises(SfbenchError, match=f"at most {UNMEASURED.at_most} bytes"):
        fetch(UNMEASURED, offline=True)


def test_a_group_stands_for_its_weights_each_once():
    names = [one.name for one in chosen(["vggish", "paper", "specvqgan"])]
    assert names == list(groups["paper"])
    assert [one.name for one in chosen(["specvqgan"])] == ["melception", "melception-statistics"]


def test_groups_hold_declared_weights_and_share_names_only_with_their_own():
    assert {name for members in groups.values() for name in members} <= set(known)
    assert all(name in groups[name] for name in set(groups) & set(known))


def test_what_a_fetch_would_bring_is_told_with_its_total(declared, home, monkeypatch):
    both = 2 * len(BYTES) / 1e6
    assert foreseen() == f"2 files to fetch, {both:.1f} MB: pinned, unpublished"
    put(home, PINNED.file)
    assert foreseen() == f"1 file to fetch, {both / 2:.1f} MB: unpublished"
    put(home, UNPUBLISHED.file)
    assert foreseen() == ""


def test_a_total_that_is_not_known_is_a_bound():
    bound = (known["melception"].at_most + known["melception-statistics"].size) / 1e6
    names = "melception, melception-statistics"
    assert foreseen(["specvqgan"]) == f"2 files to fetch, at most {bound:.1f} MB: {names}"


def test_the_list_tells_size_licence_and_groups():
    lines = {line.split()[1]: line.split() for line in holdings_text(list_weights()).splitlines()}
    assert lines["vggish"][2:6] == ["288.6", "MB", "Apache-2.0", "audioldm,avbench,fad-0.3,paper"]
    assert lines["wav2clip"][2:6] == ["<200", "MB", "MIT", "foleycrafter-clip,paper"]
    assert lines["clip-vit-h-14"][5] == "smooth-foley"
    assert lines["auffusion/unet/config.json"][2:5] == ["<0.1", "MB", "CC-BY-NC-SA-4.0"]


def test_every_row_of_this_release_is_called_by_its_name_and_fetched_by_https():
    assert known
    for name, row in known.items():
        files = row if isinstance(row, tuple) else (row,)
        assert all(file.name.partition("/")[0] == name for file in files)
        assert isinstance(row, tuple) or row.name == name
        assert all(file.address.startswith("https://") for file in files)
    everything = chosen(())
    assert len({file.name for file in everything}) == len(everything)
    assert len({file.file.lower() for file in everything}) == len(everything)


def test_every_group_names_rows():
    assert all(name in known for members in groups.values() for name in members)


def test_an_unknown_name_lists_the_known_ones(declared, wire):
    with pytest.raises(SfbenchError, match="choose from pinned, unpublished"):
        fetch_weights(["pinned", "pined"])
    with pytest.raises(SfbenchError, match="no weights called 'pined'"):
        verify_weights(["pined"])
    assert wire.asked == []


def test_other_packages_add_rows(declared):
    assert chosen(()) == [PINNED, UNPUBLISHED]
    assert chosen(["unpublished", "unpublished"]) == [UNPUBLISHED]
    assert known["pinned"] is PINNED


def test_the_list_reads_no_bytes(declared, home):
    put(home, PINNED.file, BYTES[::-1])
    rows = [(row.name, row.status, row.sha256) for row in list_weights()]
    assert rows == [("pinned", "present", None), ("unpublished", "missing", None)]


def test_one_failure_does_not_keep_the_others_from_being_fetched(declared, home, wire):
    put(home, PINNED.file, b"wrong")
    with pytest.raises(SfbenchError, match="is not the pinned"):
        fetch_weights()
    assert verify(UNPUBLISHED).status == "ok"
    (home / PINNED.file).unlink()
    assert [row.status for row in fetch_weights()] == ["ok", "ok"]
    assert all(row.usable for row in verify_weights())
