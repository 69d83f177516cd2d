"""Manifests: read whole and unchanged, or not at all."""

import json
from dataclasses import replace

import pytest

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest, read_manifest

CLIPS = tuple(
    Clip(
        id=f"clip{number}",
        label="rain",
        split="train" if number else "test",
        video=f"test/clip{number}.mp4",
        sha256=f"{number:064x}",
        seconds=10.0,
        evidence={"health": {"level": -20.5, "flags": ["a", None]}},
    )
    for number in range(3)
)


@pytest.fixture
def folder(tmp_path):
    """A finished dataset folder, without its media."""
    manifest = Manifest(tmp_path, "small", CLIPS)
    store.write_bytes(tmp_path / "manifest.jsonl", store.to_lines(CLIPS))
    about = {"format": 1, "name": "small", "manifest_sha256": manifest.sha256, "more": [1]}
    store.write_json(tmp_path / "dataset.json", about)
    return tmp_path


def test_a_manifest_comes_back_as_it_was(folder):
    manifest = read_manifest(folder)
    assert (manifest.name, manifest.clips) == ("small", CLIPS)


def test_the_hash_is_that_of_the_file(folder):
    assert read_manifest(folder).sha256 == store.sha256_file(folder / "manifest.jsonl")


def test_the_hash_depends_on_every_clip():
    manifest = Manifest(None, "small", CLIPS)
    changed = replace(manifest, clips=(*CLIPS[:2], replace(CLIPS[2], seconds=9.0)))
    assert len({manifest.sha256, changed.sha256, replace(manifest, clips=CLIPS[:2]).sha256}) == 3


@pytest.mark.parametrize(
    ("old", "new"), [(b"rain", b"snow"), (b"\n", b" \n\n"), (b"10.0", b"10.1")]
)
def test_a_changed_manifest_is_refused(folder, old, new):
    path = folder / "manifest.jsonl"
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    with pytest.raises(SfbenchError, match=r"manifest\.jsonl"):
        read_manifest(folder)


def test_a_shortened_manifest_is_refused(folder):
    path = folder / "manifest.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(SfbenchError, match="curate again"):
        read_manifest(folder)


def test_an_unfinished_dataset_says_how_to_make_one(folder):
    (folder / "dataset.json").unlink()
    with pytest.raises(SfbenchError, match="sfbench curate --out"):
        read_manifest(folder)


def test_a_dataset_without_its_manifest_is_refused(folder):
    (folder / "manifest.jsonl").unlink()
    with pytest.raises(SfbenchError, match=r"manifest\.jsonl cannot be read"):
        read_manifest(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "small"}'])
def test_a_damaged_dataset_file_is_refused(folder, text):
    (folder / "dataset.json").write_text(text)
    with pytest.raises(SfbenchError, match=r"dataset\.json is damaged"):
        read_manifest(folder)


def test_a_dataset_of_another_format_is_refused(folder):
    about = json.loads((folder / "dataset.json").read_text())
    store.write_json(folder / "dataset.json", about | {"format": 2})
    with pytest.raises(SfbenchError, match="has format 2, this sfbench reads 1"):
        read_manifest(folder)


def test_a_split_holds_its_clips(folder):
    assert [clip.id for clip in read_manifest(folder).split("train")] == ["clip1", "clip2"]


def test_an_empty_split_lists_the_others(folder):
    with pytest.raises(SfbenchError, match="no clips in split 'valid'; it has test, train"):
        read_manifest(folder).split("valid")


def test_a_path_stays_in_the_folder(folder):
    manifest = read_manifest(folder)
    assert manifest.path("test/clip0.mp4") == folder.resolve() / "test" / "clip0.mp4"
    assert manifest.path("test/../clip0.mp4") == folder.resolve() / "clip0.mp4"


@pytest.mark.parametrize("escape", ["../secret", "test/../../secret", "/etc/passwd", "link/secret"])
def test_a_path_that_leaves_the_folder_is_refused(folder, escape):
    (folder / "link").symlink_to(folder.parent)
    with pytest.raises(SfbenchError, match="outside itself"):
        read_manifest(folder).path(escape)
