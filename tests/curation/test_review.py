import json

import msgspec
import pytest

from sfbench.curation.curate import curate, foresee
from sfbench.curation.folder import Folder
from sfbench.curation.recipe import read_recipe
from sfbench.curation.review import read_decisions
from sfbench.errors import SfbenchError
from sfbench.manifest import read_manifest


def write(path, *lines):
    path.write_text(
        "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    )
    return path


@pytest.fixture(scope="module")
def recipe():
    """A recipe whose challenge has two clips."""
    plain = read_recipe("basic")
    rule = msgspec.structs.replace(plain.challenge, clips=2)
    return msgspec.structs.replace(plain, challenge=rule)


def rejected(folder):
    rows = map(json.loads, (folder / "rejected.jsonl").read_text().splitlines())
    return {row["id"]: row for row in rows}


def test_the_last_decision_counts_and_wrong_lines_are_counted(tmp_path):
    path = write(
        tmp_path / "d.jsonl",
        {"id": "a", "decision": "keep", "tags": ["off-screen"], "who": "ann", "when": "2026-11-25"},
        {"id": "b", "decision": "drop"},
        "",
        "no json",
        {"id": "c", "decision": "perhaps"},
        {"decision": "keep"},
        {"id": "a", "decision": "drop"},
    )
    read = read_decisions(path)
    assert {key: one.decision for key, one in read.last.items()} == {"a": "drop", "b": "drop"}
    assert read.changed == 1
    assert [said.partition(":")[0] for said in read.wrong] == ["line 4", "line 5", "line 6"]


def test_a_file_that_decides_nothing_is_refused(tmp_path):
    with pytest.raises(SfbenchError, match=r"holds no decisions \(line 1"):
        read_decisions(write(tmp_path / "d.jsonl", "keep a"))
    with pytest.raises(SfbenchError, match="cannot be read"):
        read_decisions(tmp_path / "none.jsonl")


def test_a_reviewer_overrides_the_challenge(videos, recipe, tmp_path):
    out = tmp_path / "d"
    curate(recipe, Folder(videos), out)
    alone = {clip.id for clip in read_manifest(out).split("test")}
    assert len(alone) == 2
    wanted = next(key for key in rejected(out) if key not in alone)
    unwanted = min(alone)
    journal = (out / "journal.jsonl").read_bytes()
    path = write(
        tmp_path / "decisions.jsonl",
        {"id": wanted, "decision": "keep", "tags": ["tiny"], "who": "ann"},
        {"id": unwanted, "decision": "drop", "tags": ["static"], "who": "ann"},
        {"id": "clip00", "decision": "drop", "who": "bob"},
        {"id": "nobody", "decision": "keep"},
        {"id": "clip01", "decision": "skip"},
        "torn",
    )
    made = curate(recipe, Folder(videos), out, decisions=read_decisions(path))
    manifest = read_manifest(out)
    test = {clip.id: clip for clip in manifest.split("test")}
    assert wanted in test and unwanted not in test and len(test) == 2
    assert test[wanted].evidence["review"]["tags"] == ["tiny"]
    assert {clip.id for clip in manifest.split("train")} == {"clip01", "clip02", "clip03"}
    assert rejected(out)[unwanted]["reason"]["code"] == "dropped"
    assert rejected(out)[unwanted]["reason"]["detail"] == "static (ann)"
    said = "; ".join(made.notes)
    assert "2 keep, 2 drop, 1 skip" in said
    assert "ids that are no clips of this source: 1 (nobody)" in said
    assert "lines that are no decisions: 1 (line 6" in said
    assert (out / "journal.jsonl").read_bytes() == journal, "media were looked at again"


def test_a_clip_that_another_step_rejected_cannot_be_kept_and_that_is_said(
    videos, recipe, tmp_path
):
    (tmp_path / "in").mkdir()
    for name in ("clip04", "clip05"):
        (tmp_path / "in" / f"{name}.mp4").write_bytes((videos / f"{name}.mp4").read_bytes())
    (tmp_path / "in" / "bad.mp4").write_bytes(b"no video")
    path = write(tmp_path / "d.jsonl", {"id": "bad", "decision": "keep"})
    made = curate(recipe, Folder(tmp_path / "in"), tmp_path / "d", decisions=read_decisions(path))
    assert "another step rejected: 1 (bad by media)" in made.notes[-1]


def test_a_dry_run_knows_decisions_too(videos, recipe, tmp_path):
    path = write(tmp_path / "d.jsonl", {"id": "clip00", "decision": "drop"})
    made = foresee(recipe, Folder(videos), read_decisions(path))
    assert [(row.step, row.entered, row.kept) for row in made.funnel.rows] == [
        ("label", 14, 14),
        ("review", 14, 13),
        ("challenge", 13, 5),
    ]


def test_another_size_of_the_challenge_looks_at_no_media_again(videos, recipe, tmp_path):
    curate(recipe, Folder(videos), tmp_path)
    journal = (tmp_path / "journal.jsonl").read_bytes()
    rule = msgspec.structs.replace(recipe.challenge, clips=5)
    curate(msgspec.structs.replace(recipe, challenge=rule), Folder(videos), tmp_path)
    assert len(read_manifest(tmp_path).split("test")) == 5
    assert (tmp_path / "journal.jsonl").read_bytes() == journal
    assert all((tmp_path / clip.video).is_file() for clip in read_manifest(tmp_path).clips)
