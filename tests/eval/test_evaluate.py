import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from sfbench.encoders.cache import home_cache
from sfbench.errors import SfbenchError
from sfbench.eval.protocol import read_protocol
from sfbench.manifest import read_manifest
from sfbench.media.write import write_wav
from sfbench.model.config import read_config
from sfbench.result import read_clip_scores, read_result
from sfbench.run import run_system, score_folders
from tests.conftest import swelling_tone

SYSTEMS = ("reference", "retrieval", "noise", "shuffled", "silence")


@pytest.fixture(scope="module")
def protocol():
    return read_protocol("basic")


@pytest.fixture(scope="module")
def results(dataset, protocol, tmp_path_factory):
    runs = tmp_path_factory.mktemp("runs")
    return {name: run_system(dataset, read_config(name), protocol, runs).result for name in SYSTEMS}


def values(result):
    return {score.metric: score.value for score in result.scores}


def best(score, others):
    defined = [one.value for one in others if one.value is not None]
    return max(defined) if score.higher_is_better else min(defined)


def test_the_reference_reaches_the_ceiling_of_every_metric(results):
    for place, score in enumerate(results["reference"].scores):
        everyone = [result.scores[place] for result in results.values()]
        assert score.value == pytest.approx(best(score, everyone), abs=1e-9), score.metric


def test_silence_wins_no_metric(results):
    for place, score in enumerate(results["silence"].scores):
        others = [result.scores[place] for name, result in results.items() if name != "silence"]
        ahead = score.value is not None and (
            score.value >= best(score, others)
            if score.higher_is_better
            else score.value <= best(score, others)
        )
        assert not ahead, score.metric


def test_what_is_undefined_for_silence_is_null_with_its_reason(results):
    scores = {score.metric: score for score in results["silence"].scores}
    flicker = scores["continuity.flicker"]
    assert flicker.value is None
    assert flicker.n == 0
    assert "undefined for 10 of 10 clips: mute take" in flicker.reason
    assert scores["continuity.mute_rate"].value == 1
    assert scores["continuity.coverage"].value == 0


def test_every_score_has_a_signature_a_count_and_an_interval(results):
    for score in results["retrieval"].scores:
        assert score.signature.startswith(f"{score.metric}|")
        assert "|n=10|v1" in score.signature
        assert score.low <= score.value <= score.high


def test_a_result_is_read_back_as_it_was_written(dataset, protocol, tmp_path):
    ran = run_system(dataset, read_config("noise"), protocol, tmp_path)
    assert read_result(ran.run.folder / "result.json") == ran.result
    clips = read_clip_scores(ran.run.folder / "clips.jsonl")
    assert [clip.id for clip in clips] == [clip.id for clip in dataset.split("test")]
    assert clips[0].evidence["expected_from"] == "reference"


def test_too_few_clips_give_no_distance_and_say_how_many_are_needed(dataset, protocol, tmp_path):
    ran = run_system(dataset, read_config("reference"), protocol, tmp_path, limit=3)
    scores = {score.metric: score for score in ran.result.scores}
    assert scores["fad.mel"].value is None
    assert scores["fad.mel"].reason == "needs 8 clips, not 3"
    assert scores["continuity.coverage"].value == 1
    assert scores["continuity.coverage"].low is None


def test_bad_takes_are_failures_left_out_of_every_metric(dataset, protocol, tmp_path):
    clips = dataset.split("test")
    sounds = tmp_path / "sounds"
    tone = np.sin(np.arange(80_000) / 10).astype(np.float32) / 3
    for clip in clips[1:]:
        write_wav(sounds / f"{clip.id}.wav", tone, 16_000)
    write_wav(sounds / f"{clips[1].id}.wav", tone[:4800], 16_000)
    write_wav(sounds / f"{clips[2].id}.wav", tone * np.nan, 16_000)
    (sounds / f"{clips[3].id}.wav").write_bytes(b"RIFFgarbage")
    write_wav(sounds / f"{clips[4].id}.wav", tone * 0, 16_000)
    result = run_system(dataset, read_config(f"folder:{sounds}"), protocol, tmp_path / "r").result
    assert {failure.id: failure.reason.code for failure in result.failures} == {
        clips[0].id: "missing",
        clips[1].id: "too-short",
        clips[2].id: "non-finite",
        clips[3].id: "unreadable",
    }
    assert result.coverage == pytest.approx(0.6)
    assert {score.n for score in result.scores if score.metric == "continuity.coverage"} == {6}
    mute = next(score for score in result.scores if score.metric == "continuity.mute_rate")
    assert mute.value == pytest.approx(1 / 6), "a silent take is an answer, not a failure"


def test_a_video_that_was_changed_after_curation_is_a_failure(dataset, protocol, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(dataset.folder, copy)
    manifest = read_manifest(copy)
    first, second = manifest.split("test")[:2]
    (copy / first.video).write_bytes((copy / second.video).read_bytes())
    result = run_system(manifest, read_config("silence"), protocol, tmp_path / "r").result
    assert [(one.id, one.reason.code) for one in result.failures] == [(first.id, "changed")]


def test_scores_depend_on_no_order_or_number_of_workers(dataset, protocol, tmp_path):
    from sfbench.eval.evaluate import System, evaluate
    from sfbench.model.generate import generate

    run = generate(dataset, read_config("retrieval"), tmp_path / "runs")
    scores = []
    for workers, order in ((1, 1), (2, -1)):
        system = System(
            model=run.model,
            revision=run.revision,
            folder=tmp_path / f"by{workers}",
            takes=run.takes[::order],
            clips=run.clips,
            dataset=dataset.folder,
            dataset_name=dataset.name,
            manifest_sha256=dataset.sha256,
            weights={},
        )
        shutil.copytree(run.folder / "takes", system.folder / "takes")
        scores.append(evaluate(system, protocol, home_cache(), workers=workers).scores)
    assert scores[0] == scores[1]


def test_an_evaluation_with_nothing_to_score_says_why(dataset, protocol, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SfbenchError, match=r"no clip of empty could be scored: missing"):
        run_system(dataset, read_config(f"folder:{tmp_path / 'empty'}"), protocol, tmp_path)


def test_a_truth_file_says_when_the_sound_is_heard():
    from sfbench.eval.listen import audible_frames

    frames = audible_frames([[1.0, 2.0], [4.0, 9.0]], (0.5, 5.5))
    assert len(frames) == 500
    assert np.flatnonzero(np.diff(frames.astype(int))).tolist() == [49, 149, 349]


def test_a_reviewer_then_the_truth_then_the_grounding_say_when_the_sound_is_heard(dataset):
    from sfbench.eval.listen import audible_frames, heard_times

    def clip(**evidence):
        return dataclasses.replace(dataset.clips[0], evidence=evidence)

    reviewed, grounded, truth = [[0.0, 1.0]], [[0.0, 3.0]], {"audible": [[0.0, 2.0]]}
    everyone = clip(review={"audible": reviewed}, grounding={"runs": grounded})
    assert heard_times(truth, everyone) == ("review", reviewed)
    assert heard_times(truth, clip(grounding={"runs": grounded})) == ("truth", truth["audible"])
    assert heard_times(None, clip(grounding={"runs": grounded})) == ("grounding", grounded)
    assert heard_times(None, clip(review={"pass_by": 2.0})) == ("reference", None)
    assert audible_frames(None, (0.0, 2.0)).all()


def test_the_flicker_of_both_sides_stands_in_the_evidence(dataset, protocol, tmp_path):
    ran = run_system(dataset, read_config("reference"), protocol, tmp_path, limit=1)
    (clip,) = read_clip_scores(ran.run.folder / "clips.jsonl")
    sides = clip.evidence["flicker"]
    assert sides["reference"] == pytest.approx(sides["generated"], rel=1e-3)


def test_truth_or_a_reviewer_says_that_something_passes_by(dataset):
    from sfbench.eval.listen import closest_approach

    clip = dataset.clips[0]
    truth = {"trajectory": "pass-by", "closest_approach": 3.0}
    assert closest_approach(truth, clip, (0.5, 5.5)) == 2.5
    assert closest_approach(truth, clip, (3.5, 5.5)) is None
    assert closest_approach(truth | {"trajectory": "static"}, clip, (0.5, 5.5)) is None
    reviewed = dataclasses.replace(clip, evidence={"review": {"pass_by": 2.0}})
    assert closest_approach(None, reviewed, (0.0, 5.0)) == 2.0
    assert closest_approach(None, clip, (0.0, 5.0)) is None


def test_an_unchanged_rerun_computes_nothing(dataset, protocol, tmp_path, results, monkeypatch):
    from sfbench.eval import evaluate as module

    first = run_system(dataset, read_config("noise"), protocol, tmp_path / "runs").result
    monkeypatch.setattr(module, "gather", None)
    assert run_system(dataset, read_config("noise"), protocol, tmp_path / "runs").result == first


def test_each_protocol_keeps_its_scores_and_the_latest_lies_on_top(dataset, protocol, tmp_path):
    runs = tmp_path / "runs"
    run = run_system(dataset, read_config("silence"), protocol, runs).run
    run_system(dataset, read_config("silence"), read_protocol("continuous"), runs)
    kept = {path.parent.name for path in run.folder.glob("scores/*/result.json")}
    assert kept == {"basic", "continuous"}
    assert read_result(run.folder / "result.json").protocol.name == "continuous"
    assert read_result(run.folder / "scores/basic/result.json").protocol.name == "basic"


def test_a_short_take_is_compared_over_what_it_covers_and_the_result_says_so(
    dataset, protocol, tmp_path
):
    clips = dataset.split("test")
    for clip in clips:
        tone = np.sin(np.arange(4 * 16_000) / 9).astype(np.float32) / 3
        write_wav(tmp_path / "short" / f"{clip.id}.wav", tone, 16_000)
    config = read_config(f"folder:{tmp_path / 'short'}")
    result = run_system(dataset, config, protocol, tmp_path / "runs").result
    assert result.notes == [
        "10 of 10 clips are compared over the 4 s that its takes cover, and so is their true sound."
    ]


@pytest.mark.slow
def test_of_fifty_takes_three_fail_with_a_reason_and_a_silent_one_is_an_answer(tmp_path):
    for index in range(50):
        tone = swelling_tone(2.0, 200.0 + 9 * index)
        write_wav(tmp_path / "true" / f"{index:02d}.wav", tone, 16_000)
        write_wav(tmp_path / "made" / f"{index:02d}.wav", tone[::-1] / 2, 16_000)
    (tmp_path / "made/10.wav").write_bytes(b"RIFF, and then nothing of the kind")
    write_wav(tmp_path / "made/20.wav", swelling_tone(0.3, 300.0), 16_000)
    with_nan = swelling_tone(2.0, 300.0)
    with_nan[9000] = np.nan
    soundfile.write(tmp_path / "made/30.wav", with_nan, 16_000, subtype="FLOAT")
    write_wav(tmp_path / "made/40.wav", np.zeros(32_000, np.float32), 16_000)
    ran = score_folders(tmp_path / "true", tmp_path / "made", "continuous", tmp_path / "runs")
    reasons = {failure.id: failure.reason.code for failure in ran.result.failures}
    assert reasons == {"10": "unreadable", "20": "too-short", "30": "non-finite"}
    rows = {row.id: row.metrics for row in read_clip_scores(ran.run.folder / "clips.jsonl")}
    assert len(rows) == 47
    assert rows["40"]["continuity.coverage"].value == 0
    assert rows["40"]["continuity.mute_rate"].value == 1
    assert all("|n=47|" in score.signature for score in ran.result.scores)
    assert ran.result.scores[0].n == 47


@pytest.mark.slow
def test_killed_at_any_moment_a_run_ends_with_the_same_scores(dataset, protocol, tmp_path, results):
    out = tmp_path / "torn"
    command = [sys.executable, "-m", "sfbench", "run", "--model", "noise", "--quiet"]
    command += ["--data", str(dataset.folder), "--out", str(out)]
    env = os.environ | {"SFBENCH_HOME": str(tmp_path / "home")}
    random = np.random.default_rng(0)
    for _ in range(3):
        process = subprocess.Popen(command, start_new_session=True, env=env)
        time.sleep(0.9 + 1.5 * random.random())
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(command, check=True, env=env)
    (folder,) = (out / "noise").iterdir()
    assert read_result(folder / "result.json").scores == results["noise"].scores
    for journal in folder.glob("*.journal.jsonl"):
        done = [json.loads(line)["id"] for line in journal.read_text().splitlines()[1:]]
        assert sorted(done) == sorted(clip.id for clip in dataset.split("test")), journal.name
