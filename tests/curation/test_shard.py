import json

import pytest

from sfbench.curation.curate import curate
from sfbench.curation.folder import Folder
from sfbench.curation.how import How, choose_how, open_engine
from sfbench.curation.recipe import read_recipe
from sfbench.errors import SfbenchError
from sfbench.executor.local import Local
from sfbench.executor.ray import Ray
from sfbench.manifest import read_manifest
from sfbench.shard import Shard

ONE = How(workers=1)


@pytest.fixture(scope="module")
def recipe():
    return read_recipe("basic")


def ids(path):
    return [json.loads(line)["id"] for line in path.read_bytes().splitlines()[1:]]


def test_every_item_is_in_one_shard():
    parts = [Shard(number, 3).of(range(10)) for number in (1, 2, 3)]
    assert sorted(item for part in parts for item in part) == list(range(10))
    assert {len(part) for part in parts} == {3, 4}


@pytest.mark.parametrize("text", ["", "1", "0/4", "5/4", "a/b", "-1/4", "1/4/2", "1 / 4"])
def test_what_is_no_shard_says_how_to_type_one(text):
    with pytest.raises(SfbenchError, match="--shard 2/4"):
        Shard.read(text)


def test_merged_shards_are_the_whole_curation_to_the_byte(videos, recipe, dataset, tmp_path):
    for number in (2, 1):
        part = curate(recipe, Folder(videos), tmp_path, how=How(workers=1, shard=Shard(number, 2)))
        assert part.manifest_sha256 is None
        assert part.funnel.rows[0].entered == 7
        assert not (tmp_path / "dataset.json").exists()
    made = curate(recipe, Folder(videos), tmp_path, how=How(merge=True))
    assert made.manifest_sha256 == dataset.sha256
    for name in ("manifest.jsonl", "rejected.jsonl", "dataset.json", "README.md", "croissant.json"):
        assert (tmp_path / name).read_bytes() == (dataset.folder / name).read_bytes()
    assert all((tmp_path / clip.video).is_file() for clip in read_manifest(tmp_path).clips)
    journals = [tmp_path / f"journal-{number}-of-2.jsonl" for number in (1, 2)]
    assert sorted(key for path in journals for key in ids(path)) == [
        clip.id for clip in dataset.clips
    ]


def test_a_missing_shard_is_named_and_the_rest_can_be_judged_here(
    videos, recipe, dataset, tmp_path
):
    few = Folder(videos, limit=4)
    curate(recipe, few, tmp_path, how=How(workers=1, shard=Shard(2, 2)))
    with pytest.raises(SfbenchError, match=r"2 clips.*clip00.*journal-2-of-2\.jsonl.*leave out"):
        curate(recipe, few, tmp_path, how=How(merge=True))
    curate(recipe, few, tmp_path, how=ONE)
    assert ids(tmp_path / "journal.jsonl") == ["clip00", "clip02"], "a shard's clips again"
    assert [clip.id for clip in read_manifest(tmp_path).clips] == [f"clip0{n}" for n in range(4)]


def test_a_merge_takes_failures_as_they_are_and_the_next_run_tries_again(recipe, tmp_path, videos):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mp4").write_bytes((videos / "clip04.mp4").read_bytes())
    out = tmp_path / "out"
    curate(recipe, Folder(tmp_path / "in"), out, how=How(workers=1, shard=Shard(1, 2)))
    journal = out / "journal-1-of-2.jsonl"
    first, line = journal.read_bytes().splitlines()
    record = json.loads(line)
    reason = {"step": "media", "code": "network", "detail": "", "retryable": True}
    torn = json.dumps(record | {"clip": None, "reason": reason}).encode()
    journal.write_bytes(first + b"\n" + torn + b"\n")
    with pytest.raises(SfbenchError, match="no clip was kept"):
        curate(recipe, Folder(tmp_path / "in"), out, how=How(merge=True))
    curate(recipe, Folder(tmp_path / "in"), out, how=ONE)
    curate(recipe, Folder(tmp_path / "in"), out, how=How(merge=True))
    assert [clip.id for clip in read_manifest(out).clips] == ["a"]


def test_a_shard_of_other_work_is_not_merged(videos, recipe, tmp_path):
    (tmp_path / "journal-1-of-9.jsonl").write_bytes(b'{"asked":"something else"}\n')
    with pytest.raises(SfbenchError, match="choose another --out"):
        curate(recipe, Folder(videos), tmp_path, how=How(merge=True))


def test_options_that_do_not_go_together_say_so(monkeypatch):
    given = {"workers": None, "shard": "1/1", "merge": False, "download": False}
    with pytest.raises(SfbenchError, match="give one"):
        choose_how("local", None, **given | {"shard": "1/2", "merge": True})
    with pytest.raises(SfbenchError, match="--engine ray"):
        choose_how("local", "10.0.0.1:6379", **given)
    with pytest.raises(SfbenchError, match="--engine local"):
        choose_how("ray", None, **given | {"download": True})
    monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    assert open_engine("local") == Local()
    assert open_engine("ray") == Ray("head:6379")
    assert open_engine("ray", "other:1") == Ray("other:1")
