import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from msgspec import structs

from sfbench.curation.curate import curate, foresee
from sfbench.curation.how import How
from sfbench.curation.recipe import read_recipe
from sfbench.curation.sources import open_source
from sfbench.curation.vggsound.media import bring, find_media
from sfbench.curation.vggsound.source import open_vggsound
from sfbench.errors import ClipError, SfbenchError
from sfbench.manifest import read_manifest
from tests.conftest import write_clip

LIST = (
    '--wheel0001,30,"railroad car, train wagon",test\n'
    '--wheel0001,70,"railroad car, train wagon",test\n'
    "-siren_002-,0,police car (siren),train\n"
    "rotor__0003,5,helicopter,test\n"
    "gone___0004,9,helicopter,test\n"
    "dog____0005,9,dog barking,train\n"
    "rain___0006,9,raining,train\n"
    '-broom_0007,9,"engine accelerating, revving, vroom",train\n'
)
KEPT = [
    "--wheel0001_000030",
    "--wheel0001_000070",
    "-broom_0007_000009",
    "-siren_002-_000000",
    "rotor__0003_000005",
]
# One clip by each of the three names, at several depths.
LOOSE = {
    "--wheel0001_000030": "a/b/--wheel0001_000030.mp4",
    "--wheel0001_000070": "--wheel0001_70.mp4",
    "-siren_002-_000000": "c/-siren_002-_0_10000.mp4",
}


@pytest.fixture(scope="module")
def recipe():
    return structs.replace(read_recipe("basic"), steps=["label", "vggsounder", "health"])


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Bytes of a healthy video for each clip that is to be kept."""
    folder = tmp_path_factory.mktemp("clips")
    return {
        key: write_clip(folder / f"{key}.mp4", 200.0 + 50 * index).read_bytes()
        for index, key in enumerate(KEPT)
    }


@pytest.fixture(scope="module")
def media(clips, tmp_path_factory):
    """Three loose files, and two clips in a shard."""
    folder = tmp_path_factory.mktemp("media")
    for key, name in LOOSE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(clips[key])
    shard(folder / "vggsound_00.tar.gz", {key: clips[key] for key in KEPT if key not in LOOSE})
    (folder / "notes.txt").write_text("x")
    return folder


@pytest.fixture
def listed(tmp_path):
    (tmp_path / "list.csv").write_text(LIST)
    return str(tmp_path / "list.csv")


def shard(path, members):
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
        for key, data in members.items():
            entry = tarfile.TarInfo(f"scratch/video/{key}.mp4")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def rejected(folder):
    rows = map(json.loads, (folder / "rejected.jsonl").read_text().splitlines())
    return {row["id"]: row["reason"] for row in rows}


def test_a_list_with_media_becomes_a_dataset(recipe, listed, media, clips, tmp_path):
    out = tmp_path / "vgg-c"
    made = curate(recipe, open_vggsound("", None, metadata=[listed], media=[media]), out)
    manifest = read_manifest(out)
    assert [clip.id for clip in manifest.clips] == KEPT
    assert {clip.id: (out / clip.video).read_bytes() for clip in manifest.clips} == clips
    wheels = manifest.clips[1]
    assert (wheels.label, wheels.family, wheels.split, wheels.start) == (
        "railroad car, train wagon",
        "rail",
        "test",
        70.0,
    )
    assert {key: reason["code"] for key, reason in rejected(out).items()} == {
        "dog____0005_000009": "label-excluded",
        "rain___0006_000009": "label-ambience",
        "gone___0004_000009": "missing-media",
    }
    assert rejected(out)["gone___0004_000009"]["retryable"] is True
    assert [(row.step, row.entered, row.kept) for row in made.funnel.rows] == [
        ("label", 8, 6),
        ("vggsounder", 6, 6),
        ("media", 6, 5),
        ("health", 5, 5),
    ]


def test_the_dataset_names_its_lists(recipe, listed, media, tmp_path):
    curate(recipe, open_vggsound("", None, metadata=[listed], media=[media]), tmp_path / "d")
    about = json.loads((tmp_path / "d" / "dataset.json").read_text())
    (one,) = about["lists"]
    assert (one["file"], one["rows"], one["train"], one["test"]) == ("list.csv", 8, 4, 4)
    assert one["name"] == "unpublished"
    assert (
        one["sha256"] in subprocess.run(["sha256sum", listed], capture_output=True).stdout.decode()
    )
    assert about["licence"] == "cc-by-4.0"
    assert "list list.csv (no published list): 8 rows" in (tmp_path / "d" / "README.md").read_text()


def test_media_that_arrive_later_are_taken_in_without_doing_anything_twice(
    recipe, listed, media, clips, tmp_path
):
    few = tmp_path / "few"
    few.mkdir()
    (few / f"{KEPT[0]}.mp4").write_bytes(clips[KEPT[0]])
    curate(recipe, open_vggsound("", None, metadata=[listed], media=[few]), tmp_path / "d")
    journal = (tmp_path / "d" / "journal.jsonl").read_bytes()
    assert read_manifest(tmp_path / "d").clips[0].id == KEPT[0]
    curate(recipe, open_vggsound("", None, metadata=[listed], media=[media]), tmp_path / "d")
    curate(recipe, open_vggsound("", None, metadata=[listed], media=[media]), tmp_path / "whole")
    assert (tmp_path / "d" / "journal.jsonl").read_bytes().startswith(journal)
    assert read_manifest(tmp_path / "d").sha256 == read_manifest(tmp_path / "whole").sha256


def test_clips_that_were_kept_stay_when_their_source_media_are_gone(
    recipe, listed, media, tmp_path
):
    curate(recipe, open_vggsound("", None, metadata=[listed], media=[media]), tmp_path / "d")
    before = read_manifest(tmp_path / "d").sha256
    curate(recipe, open_vggsound("", None, metadata=[listed]), tmp_path / "d")
    assert read_manifest(tmp_path / "d").sha256 == before


def test_another_list_does_not_continue_in_the_same_folder(recipe, listed, media, tmp_path):
    curate(recipe, open_vggsound("", None, metadata=[listed], media=[media]), tmp_path / "d")
    (tmp_path / "other.csv").write_text(LIST + "more___0008,1,airplane,test\n")
    other = open_vggsound("", None, metadata=[str(tmp_path / "other.csv")], media=[media])
    with pytest.raises(SfbenchError, match="choose another --out"):
        curate(recipe, other, tmp_path / "d")


def test_one_split_can_be_taken_alone(recipe, listed):
    source = open_source("vggsound:test", metadata=[listed])
    assert {one.split for one in source.candidates()} == {"test"}
    assert len(list(open_source("vggsound:test", 2, metadata=[listed]).candidates())) == 2
    with pytest.raises(SfbenchError, match="vggsound:test or vggsound:train"):
        open_source("vggsound:dev", metadata=[listed])


def test_clips_of_one_video_share_a_recording(listed):
    first, second, *_ = open_vggsound("", None, metadata=[listed]).candidates()
    assert (first.recording, first.id) == ("--wheel0001", "--wheel0001_000030")
    assert second.recording == first.recording


def test_a_corrupt_shard_costs_only_its_clips(recipe, listed, clips, tmp_path):
    folder = tmp_path / "media"
    folder.mkdir()
    shard(folder / "vggsound_00.tar", {key: clips[key] for key in KEPT[:2]})
    broken = shard(folder / "vggsound_08.tar", {key: clips[key] for key in KEPT[2:]})
    broken.write_bytes(broken.read_bytes()[: len(clips[KEPT[2]]) + 3000])
    curate(recipe, open_vggsound("", None, metadata=[listed], media=[folder]), tmp_path / "d")
    assert [clip.id for clip in read_manifest(tmp_path / "d").clips] == KEPT[:3]
    reasons = rejected(tmp_path / "d")
    assert reasons[KEPT[3]]["code"] == "damaged-shard"
    assert reasons[KEPT[4]]["code"] == "missing-media"
    assert "vggsound_08.tar is unreadable after 2 clips" in reasons[KEPT[4]]["detail"]
    shard(broken, {key: clips[key] for key in KEPT[2:]})
    curate(recipe, open_vggsound("", None, metadata=[listed], media=[folder]), tmp_path / "d")
    assert [clip.id for clip in read_manifest(tmp_path / "d").clips] == KEPT


def test_the_first_folder_wins_and_a_loose_file_wins_over_a_shard(tmp_path):
    for place, data in (("one", b"loose"), ("two", b"other")):
        (tmp_path / place).mkdir()
        (tmp_path / place / f"{KEPT[0]}.mp4").write_bytes(data)
    shard(tmp_path / "one" / "a.tar", {KEPT[0]: b"shard", KEPT[1]: b"shard"})
    for folders, expected in ((("one", "two"), b"loose"), (("two", "one"), b"other")):
        found = find_media([tmp_path / folder for folder in folders])
        bring(found.origins[KEPT[0]], tmp_path / "out.mp4")
        assert (tmp_path / "out.mp4").read_bytes() == expected
    bring(found.origins[KEPT[1]], tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes() == b"shard"


def test_parquet_files_of_a_dataset_are_media_too(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"video_id": [KEPT[0], "unknown"], "video": [b"film", b"x"]})
    pq.write_table(table, tmp_path / "test-00000-of-00001.parquet")
    found = find_media([tmp_path])
    assert list(found.origins) == [KEPT[0]]
    bring(found.origins[KEPT[0]], tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes() == b"film"


def test_a_file_that_vanishes_before_its_turn_is_missing(tmp_path):
    (tmp_path / f"{KEPT[0]}.mp4").write_bytes(b"x")
    origin = find_media([tmp_path]).origins[KEPT[0]]
    (tmp_path / f"{KEPT[0]}.mp4").unlink()
    with pytest.raises(ClipError, match="missing-media"):
        bring(origin, tmp_path / "out.mp4")


def test_without_media_nothing_is_written_and_one_message_says_what_to_type(
    recipe, listed, tmp_path
):
    with pytest.raises(SfbenchError, match=r"none of the 6 clips.*type: sfbench curate --media"):
        curate(recipe, open_vggsound("", None, metadata=[listed]), tmp_path / "d")
    (tmp_path / "empty").mkdir()
    useless = open_vggsound("", None, metadata=[listed], media=[tmp_path / "empty"])
    with pytest.raises(SfbenchError, match=r"not in .*empty by the name <id>_<start>\.mp4"):
        curate(recipe, useless, tmp_path / "d")
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    "words, code, complaint",
    [
        ("--metadata list.csv --out d", 1, "type: sfbench curate --media DIR"),
        ("--metadata nowhere.csv --out d", 1, "nowhere.csv cannot be read"),
        ("--metadata https://example.invalid/v.csv --offline --out d", 1, "while offline"),
        ("--source simulated --media . --out d", 1, "knows no --media"),
        ("--metadata list.csv --out d --retry all", 2, "failed"),
    ],
)
def test_the_command_line_says_what_to_mend(listed, tmp_path, words, code, complaint):
    command = [sys.executable, "-m", "sfbench", "curate", *words.split()]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert complaint in ended.stderr
    assert code == 2 or ended.stderr.count("\n") == 1
    assert not (tmp_path / "d").exists()


def test_a_dry_run_counts_labels_and_missing_media(recipe, listed, media):
    bare = foresee(recipe, open_vggsound("", None, metadata=[listed]))
    rows = [("label", 6), ("vggsounder", 6)]
    assert [(row.step, row.kept) for row in bare.funnel.rows] == rows
    seen = foresee(recipe, open_vggsound("", None, metadata=[listed], media=[media]))
    assert [(row.step, row.kept) for row in seen.funnel.rows] == [*rows, ("media", 5)]
    assert bare.notes[0].startswith("list list.csv")
    assert "type: sfbench curate --media DIR" in bare.notes[1]
    assert not any("--media" in note for note in seen.notes)


def test_without_a_list_vggsounders_is_taken(recipe):
    source = open_vggsound("", None)
    made = foresee(recipe, source)
    assert made.funnel.rows[0].entered == 15_069
    assert [row.kept for row in made.funnel.rows] == [1_561, 1_081]
    assert {one.split for one in source.candidates()} == {"test"}


def test_without_a_list_and_without_vggsounder_one_message_says_what_to_type(monkeypatch):
    monkeypatch.setattr("sfbench.curation.vggsound.source.installed_table", lambda: None)
    with pytest.raises(SfbenchError, match=r"--metadata vggsound\.csv.*sfbench\[vggsound\]"):
        open_vggsound("", None)


def test_options_that_a_source_does_not_know_are_refused(tmp_path):
    with pytest.raises(SfbenchError, match="--source simulated knows no --media"):
        open_source("simulated", media=[tmp_path])
    assert open_source("simulated", media=[], metadata=None, offline=True).name == "simulated:0"


def test_a_missing_list_or_media_folder_says_so(listed, tmp_path):
    with pytest.raises(SfbenchError, match=r"nowhere\.csv cannot be read"):
        open_vggsound("", None, metadata=[str(tmp_path / "nowhere.csv")])
    with pytest.raises(SfbenchError, match=r"there is no folder .*nowhere"):
        list(open_vggsound("", None, metadata=[listed], media=[tmp_path / "nowhere"]).candidates())


def test_failed_media_are_tried_again_when_asked(recipe, listed, media, tmp_path):
    copy = tmp_path / "media"
    shutil.copytree(media, copy)
    bad = copy / LOOSE[KEPT[0]]
    whole = bad.read_bytes()
    bad.write_bytes(b"no video")
    source = open_vggsound("", None, metadata=[listed], media=[copy])
    curate(recipe, source, tmp_path / "d")
    assert rejected(tmp_path / "d")[KEPT[0]]["retryable"] is False
    bad.write_bytes(whole)
    curate(recipe, source, tmp_path / "d")
    assert KEPT[0] in rejected(tmp_path / "d"), "final reasons stay final"
    curate(recipe, source, tmp_path / "d", how=How(retry_failed=True))
    assert [clip.id for clip in read_manifest(tmp_path / "d").clips] == KEPT


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_list_of_200000_rows_is_foreseen_in_bounded_memory(tmp_path):
    labels = ("helicopter", '"railroad car, train wagon"', "dog barking", "raining")
    with (tmp_path / "full.csv").open("w") as file:
        for index in range(200_000):
            label, split = labels[index % 4], ("train", "test")[index % 13 == 0]
            file.write(f"{index % 190_000:011d},{index % 600},{label},{split}\n")
    code = (
        "import re, sys, pathlib, sfbench.cli; sfbench.cli.app(standalone_mode=False);"
        # not ru_maxrss: that one begins with the peak of the process that started this one
        "status = pathlib.Path('/proc/self/status').read_text();"
        "print(int(re.search(r'VmHWM:\\s*(\\d+)', status)[1]) // 1024, file=sys.stderr)"
    )
    words = ["curate", "--metadata", "full.csv", "--out", "d", "--dry-run"]
    shown = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert "200000 → 100000" in shown.stdout, shown.stderr
    assert int(shown.stderr.split()[-1]) < 600, "MiB"


@pytest.mark.slow
def test_killed_at_any_moment_it_ends_with_the_same_manifest(listed, media, tmp_path):
    source = open_vggsound("", None, metadata=[listed], media=[media])
    curate(read_recipe("basic"), source, tmp_path / "whole")
    command = [sys.executable, "-m", "sfbench", "curate", "--quiet", "--metadata", listed]
    command += ["--recipe", "basic", "--media", str(media), "--out", str(tmp_path / "torn")]
    for pause in (1.2, 1.7, 2.2):
        process = subprocess.Popen(command, start_new_session=True)
        time.sleep(pause)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(command, check=True)
    for name in ("manifest.jsonl", "rejected.jsonl", "dataset.json"):
        assert (tmp_path / "torn" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
