import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from sfbench.curation.curate import curate, foresee
from sfbench.curation.folder import Folder
from sfbench.curation.how import How
from sfbench.curation.recipe import read_recipe
from sfbench.errors import SfbenchError
from sfbench.manifest import read_manifest
from tests.conftest import swelling_tone, write_clip


@pytest.fixture(scope="module")
def recipe():
    return read_recipe("basic")


def reasons(folder):
    lines = (folder / "rejected.jsonl").read_text().splitlines()
    return {row["id"]: row["reason"]["code"] for row in map(json.loads, lines)}


def test_a_healthy_labelled_folder_is_kept_whole(dataset):
    assert len(dataset.clips) == 14
    assert len(dataset.split("train")) == 4
    assert {clip.family for clip in dataset.clips} == {"aircraft"}
    assert all(dataset.path(clip.video).is_file() for clip in dataset.clips)
    assert [clip.id for clip in dataset.clips] == sorted(clip.id for clip in dataset.clips)


def test_the_same_inputs_give_the_same_bytes(videos, recipe, dataset, tmp_path):
    curate(recipe, Folder(videos), tmp_path / "again", how=How(workers=1))
    for name in ("manifest.jsonl", "rejected.jsonl", "dataset.json", "README.md", "croissant.json"):
        assert (tmp_path / "again" / name).read_bytes() == (dataset.folder / name).read_bytes()


def test_every_ill_clip_is_rejected_with_its_own_reason(recipe, tmp_path):
    ill = tmp_path / "ill"
    ill.mkdir()
    write_clip(ill / "good.mp4", 300)
    write_clip(ill / "short.mp4", 300, seconds=2)
    write_clip(ill / "still.mp4", 300, frames=np.full((40, 64, 64, 3), 90, np.uint8))
    write_clip(ill / "silent.mp4", 300, sound=np.zeros(80_000, np.float32))
    write_clip(ill / "mute.mp4", 300, sound=None)
    square = 1.2 * np.sign(swelling_tone(5, 300))
    write_clip(ill / "clipped.mp4", 300, sound=square.astype(np.float32))
    whole = write_clip(ill / "truncated.mp4", 300).read_bytes()
    (ill / "truncated.mp4").write_bytes(whole[: len(whole) // 2])
    (ill / "corrupt.mp4").write_bytes(b"\x00\x01nothing like a video" * 50)
    (ill / "empty.mp4").write_bytes(b"")
    made = curate(recipe, Folder(ill), tmp_path / "out")
    assert reasons(tmp_path / "out") == {
        "clipped": "clipped",
        "corrupt": "unreadable",
        "empty": "empty-file",
        "mute": "no-sound",
        "short": "too-short",
        "silent": "silent",
        "still": "still-picture",
        "truncated": "damaged",
    }
    assert made.funnel.kept == 1
    assert sum(n for row in made.funnel.rows for n in row.reasons.values()) == 8


def test_labels_outside_the_recipe_are_rejected_before_any_decoding(recipe, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write_clip(folder / "kept.mp4", 300)
    (folder / "dog.mp4").write_bytes(b"never decoded")
    (folder / "nameless.mp4").write_bytes(b"never decoded")
    (folder / "metadata.csv").write_text(
        "file_name,label\nkept.mp4,helicopter\ndog.mp4,dog barking\ngone.mp4,helicopter\n"
        "hum.mp4,mains hum\n"
    )
    curate(recipe, Folder(folder), tmp_path / "out")
    assert reasons(tmp_path / "out") == {
        "dog": "label-excluded",
        "hum": "label-not-listed",
        "gone": "missing",
        "nameless": "no-label",
    }


def test_without_any_label_the_label_step_is_skipped_and_says_so(recipe, tmp_path):
    (tmp_path / "in").mkdir()
    write_clip(tmp_path / "in" / "one.mp4", 300)
    made = curate(recipe, Folder(tmp_path / "in"), tmp_path / "out")
    assert made.notes[0] == "the source names no labels: the label step was skipped"
    assert read_manifest(tmp_path / "out").clips[0].label is None


def test_a_dry_run_counts_without_fetching(videos, recipe):
    made = foresee(recipe, Folder(videos))
    assert made.manifest_sha256 is None
    assert [(row.step, row.entered, row.kept) for row in made.funnel.rows] == [
        ("label", 14, 14),
        ("challenge", 14, 14),
    ]
    assert "health" in made.notes[-1]


def test_another_source_does_not_continue_in_the_same_folder(videos, recipe, dataset, tmp_path):
    shutil.copytree(videos, tmp_path / videos.name)
    with pytest.raises(SfbenchError, match="choose another --out"):
        curate(recipe, Folder(tmp_path / videos.name), dataset.folder)


def test_a_curation_grows_with_its_limit_and_redoes_nothing(videos, recipe, dataset, tmp_path):
    curate(recipe, Folder(videos, limit=3), tmp_path / "d")
    few = (tmp_path / "d" / "journal.jsonl").read_bytes()
    curate(recipe, Folder(videos), tmp_path / "d")
    assert (tmp_path / "d" / "journal.jsonl").read_bytes().startswith(few)
    assert read_manifest(tmp_path / "d").sha256 == dataset.sha256


def test_nothing_kept_is_an_error_that_shows_the_funnel(recipe, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mp4").write_bytes(b"x")
    with pytest.raises(SfbenchError, match="no clip was kept"):
        curate(recipe, Folder(tmp_path / "in"), tmp_path / "out")
    assert reasons(tmp_path / "out") == {"a": "unreadable"}


def test_a_clip_whose_media_vanished_is_fetched_again(videos, recipe, dataset, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(dataset.folder, copy)
    (copy / dataset.clips[0].video).unlink()
    curate(recipe, Folder(videos), copy)
    assert (copy / dataset.clips[0].video).is_file()
    assert read_manifest(copy).sha256 == dataset.sha256


LOAD = """if True:
    import datasets, json, sys, av
    loaded = datasets.load_dataset(sys.argv[1])
    columns = {name: [len(part), sorted(part.column_names)] for name, part in loaded.items()}
    test = loaded["test"]
    video = test.cast_column("video", datasets.Video(decode=False))[0]
    sound = test.cast_column("video", datasets.Audio(decode=False))[0]
    with av.open(video["video"]["path"]) as file:
        pictures = sum(1 for _ in file.decode(video=0))
    with av.open(sound["video"]["path"]) as file:
        samples = sum(frame.samples for frame in file.decode(audio=0)) / file.streams.audio[0].rate
    print(json.dumps([columns, type(test.features["video"]).__name__, pictures, samples]))
"""


def test_datasets_loads_both_splits_as_videos_and_by_cast_as_sounds(dataset, tmp_path):
    printed = subprocess.run(
        [sys.executable, "-c", LOAD, str(dataset.folder)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
    ).stdout
    splits, kind, pictures, seconds = json.loads(printed)
    columns = ["family", "id", "label", "seconds", "sha256", "start", "video"]
    assert splits == {"train": [4, columns], "test": [10, columns]}
    assert (kind, pictures) == ("Video", 40)
    assert seconds == pytest.approx(5.0, abs=0.15)


def test_croissants_own_reader_finds_the_records(dataset):
    code = (
        "import logging, sys; logging.disable(); import mlcroissant;"
        "dataset = mlcroissant.Dataset(jsonld=sys.argv[1]);"
        "assert not dataset.metadata.ctx.issues.errors;"
        "print(sum(1 for _ in dataset.records(record_set='test')))"
    )
    described = dataset.folder / "croissant.json"
    reading = [sys.executable, "-W", "ignore", "-c", code, str(described)]
    printed = subprocess.run(reading, capture_output=True, text=True)
    assert printed.stdout == "10\n", printed.stderr


def test_the_metadata_table_names_files_beside_it(dataset):
    with (dataset.folder / "test" / "metadata.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10
    assert all((dataset.folder / "test" / row["file_name"]).is_file() for row in rows)
    assert rows[0]["label"] in {"helicopter", "airplane flyby"}


@pytest.mark.slow
def test_killed_at_any_moment_curation_ends_with_the_same_manifest(videos, dataset, tmp_path):
    out = tmp_path / "torn"
    command = [sys.executable, "-m", "sfbench", "curate", "--quiet"]
    command += ["--source", f"folder:{videos}", "--recipe", "basic", "--out", str(out)]
    random = np.random.default_rng(0)
    for _ in range(3):
        process = subprocess.Popen(command, start_new_session=True)
        time.sleep(0.8 + random.random())
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    journal = out / "journal.jsonl"
    before = journal.read_bytes() if journal.exists() else b""
    subprocess.run(command, check=True)
    done = [json.loads(line)["id"] for line in journal.read_bytes().splitlines()[1:]]
    assert read_manifest(out).sha256 == dataset.sha256
    assert sorted(done) == sorted(clip.id for clip in dataset.clips), "something was done twice"
    assert journal.read_bytes().startswith(before[: before.rfind(b"\n") + 1])
