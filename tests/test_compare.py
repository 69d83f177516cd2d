"""Systems are brought onto the clips that none of them failed, and compared there."""

import shutil

import numpy as np
import pytest

from sfbench.compare import compare, compare_and_report
from sfbench.eval.memory import Memory
from sfbench.leaderboard.runs import read_runs
from sfbench.media.write import write_wav
from sfbench.run import score_folders
from tests.conftest import swelling_tone

CLIPS = 60
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three systems: one whole, one that lacks a clip, one that lacks six."""
    folder = tmp_path_factory.mktemp("compare")
    random = np.random.default_rng(0)
    for index in range(CLIPS):
        tone = swelling_tone(1.5, 200.0 + 7 * index)
        hiss = (0.05 * random.standard_normal(len(tone))).astype(np.float32)
        write_wav(folder / "true" / f"{index:02d}.wav", tone, 16_000)
        write_wav(folder / "whole" / f"{index:02d}.wav", tone + hiss / 9, 16_000)
        if index != 7:
            write_wav(folder / "nearly" / f"{index:02d}.wav", tone + hiss, 16_000)
        if index >= 6:
            write_wav(folder / "torn" / f"{index:02d}.wav", hiss, 16_000)
    for system in ("whole", "nearly", "torn"):
        score_folders(folder / "true", folder / system, "basic", folder / "runs")
    return folder / "runs"


def by_model(compared):
    return {run.result.model: run.result for run in compared.runs}


def test_ranked_systems_rest_on_the_clips_that_none_of_them_failed(runs):
    results = by_model(compare(read_runs([runs])))
    whole, nearly = results["whole"], results["nearly"]
    assert whole.scored == nearly.scored
    assert whole.left_out == ["07"]
    assert nearly.left_out == []
    assert {score.n for score in (*whole.scores, *nearly.scores)} == {CLIPS - 1}
    assert "|n=59|" in whole.scores[0].signature


def test_a_system_that_failed_too_often_stays_as_it_is_and_costs_the_others_nothing(runs):
    torn = by_model(compare(read_runs([runs])))["torn"]
    assert not torn.rankable
    assert torn.scores[0].n == CLIPS - 6


def test_scores_on_fewer_clips_are_those_of_a_run_on_these_clips(runs, tmp_path):
    folder = runs.parent
    shutil.copytree(folder / "true", tmp_path / "true")
    shutil.copytree(folder / "whole", tmp_path / "whole")
    for side in ("true", "whole"):
        (tmp_path / side / "07.wav").unlink()
    alone = score_folders(tmp_path / "true", tmp_path / "whole", "basic", tmp_path / "runs")
    assert by_model(compare(read_runs([runs])))["whole"].scores == alone.result.scores


def test_every_pair_of_ranked_systems_is_asked_about_every_metric(runs):
    found = compare(read_runs([runs])).differences
    assert {(one.first.split("@")[0], one.second.split("@")[0]) for one in found} == {
        ("nearly", "whole")
    }
    distance = next(one for one in found if one.metric == "fad.mel")
    assert distance.difference > 0
    assert distance.p <= distance.p_holm < 0.05


def test_without_the_rows_a_result_stays_as_it_is(runs, tmp_path):
    copy = tmp_path / "runs"
    shutil.copytree(runs, copy)
    for path in copy.rglob("rows.jsonl"):
        path.unlink()
    compared = compare(read_runs([copy]))
    assert by_model(compared)["whole"].scores[0].n == CLIPS
    assert compared.differences == []


def test_an_evaluation_of_another_version_is_not_recalled(runs, tmp_path):
    (tmp_path / "evaluation.json").write_text("{}")
    assert Memory.at(tmp_path) is None
    assert Memory.at(tmp_path / "nowhere") is None


def test_the_report_says_on_which_clips_it_rests(runs, tmp_path):
    report = compare_and_report([runs], tmp_path, ["md"])
    text = report.paths["md"].read_text()
    assert "59 of 60 clips" in text
    assert "not ranked: failed 10 % of the clips" in text
