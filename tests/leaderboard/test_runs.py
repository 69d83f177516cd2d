import shutil

import pytest

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.leaderboard.runs import read_runs
from sfbench.result import ClipScores
from tests.leaderboard.made_up import result, score
from tests.leaderboard.world import SYSTEMS


def test_runs_are_found_at_any_depth_and_each_once(world):
    runs = read_runs([world.runs, world.runs / "noise"])
    assert [run.result.model for run in runs] == sorted(SYSTEMS)
    assert all(run.dataset is not None and len(run.takes) == 4 for run in runs)


def scored(folder, *protocols):
    """Write a run folder whose top-level result is a copy of the last protocol's."""
    store.write_bytes(folder / "takes.jsonl", b"")
    for name in protocols:
        of = result("a", score(1), protocol=name * 64, protocol_name=name)
        for place in (folder / "scores" / name, folder):
            store.write_json(place / "result.json", of)
            store.write_bytes(place / "clips.jsonl", store.to_lines([ClipScores(id=f"by_{name}")]))


def test_a_run_folder_holds_a_run_per_protocol_and_the_copy_is_no_other(tmp_path):
    scored(tmp_path, "p", "q")
    runs = read_runs([tmp_path])
    assert [run.result.protocol.name for run in runs] == ["p", "q"]
    assert {run.folder for run in runs} == {tmp_path}
    assert [run.scores for run in runs] == [tmp_path / "scores" / name for name in "pq"]
    assert [run.clips[0].id for run in runs] == ["by_p", "by_q"]


def test_a_result_beside_the_takes_counts_where_its_protocol_has_no_folder(tmp_path):
    scored(tmp_path, "p", "q")
    shutil.rmtree(tmp_path / "scores" / "q")
    assert [run.scores for run in read_runs([tmp_path])] == [
        tmp_path / "scores" / "p",
        tmp_path,
    ]


def test_the_folder_of_one_protocol_finds_its_takes(world):
    (run,) = read_runs([next((world.runs / "noise").iterdir()) / "scores" / "made-up"])
    assert len(run.takes) == 4
    assert run.absent == ""


def test_a_folder_that_happens_to_be_called_scores_is_no_run_folder(tmp_path):
    store.write_json(tmp_path / "scores" / "a" / "result.json", result("a", score(1)))
    (run,) = read_runs([tmp_path])
    assert run.folder == run.scores == tmp_path / "scores" / "a"


def test_a_missing_folder_says_what_to_type(tmp_path):
    with pytest.raises(SfbenchError, match=r"no folder .*gone.*sfbench run --model reference"):
        read_runs([tmp_path / "gone"])


def test_a_folder_without_results_says_what_to_type(tmp_path):
    with pytest.raises(SfbenchError, match=r"no result\.json.*sfbench run --model reference"):
        read_runs([tmp_path])


def test_a_result_alone_is_a_run_that_says_what_is_not_there(tmp_path):
    store.write_json(tmp_path / "result.json", result("a", score(1)))
    (run,) = read_runs([tmp_path])
    assert (run.dataset, run.takes, run.clips) == (None, {}, ())
    assert "where the dataset lies" in run.absent


def test_a_dataset_folder_may_be_named_relative_to_the_run(world, tmp_path):
    shutil.copytree(world.dataset, tmp_path / "data")
    shutil.copytree(next((world.runs / "noise").iterdir()), tmp_path / "run")
    store.write_json(tmp_path / "run" / "run.json", {"dataset": {"folder": "../data"}})
    (run,) = read_runs([tmp_path / "run"])
    assert run.absent == ""


def test_a_dataset_that_has_changed_since_is_not_shown(world, tmp_path):
    folder = next((world.runs / "noise").iterdir())
    shutil.copytree(folder, tmp_path / "run")
    text = (folder / "result.json").read_text()
    old = read_runs([folder])[0].result.dataset.manifest_sha256
    for path in (tmp_path / "run").rglob("result.json"):
        path.write_text(text.replace(old, "0" * 64))
    (run,) = read_runs([tmp_path / "run"])
    assert run.dataset is None
    assert "not the one that was measured" in run.absent
