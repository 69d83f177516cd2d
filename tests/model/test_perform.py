"""Generators that hold a network: batches, seeds, failures, kills, shards."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from sfbench.errors import SfbenchError
from sfbench.eval.protocol import read_protocol
from sfbench.manifest import Manifest
from sfbench.model.chance import clip_seed
from sfbench.model.generate import generate
from sfbench.model.generator import generators
from sfbench.run import run_system
from sfbench.shard import Shard
from tests.model import performers

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def toy_row(monkeypatch):
    rows = generators._rows | {"toy": "tests.model.performers:open_toy"}
    monkeypatch.setattr(generators, "_rows", rows)
    performers.OPENED.clear()


def made(dataset, runs, *, batch=4, settings=None, **options):
    config = performers.config(**(settings or {}))
    return generate(dataset, config, runs, batch=batch, workers=1, device="cpu", **options)


def sounds(run):
    return {take.id: soundfile.read(run.folder / take.audio)[0] for take in run.takes}


def reasons(run):
    return {take.id[-2:]: take.reason.code for take in run.takes if take.reason}


def test_neither_batch_nor_order_nor_shard_changes_a_take(dataset, tmp_path):
    alone = made(dataset, tmp_path / "one", batch=1)
    together = made(dataset, tmp_path / "eight", batch=8)
    backwards = Manifest(dataset.folder, dataset.name, dataset.clips[::-1])
    shuffled = made(backwards, tmp_path / "back", batch=3)
    parts = [
        made(dataset, tmp_path / "parts", batch=2, shard=Shard(index, 3)) for index in (1, 2, 3)
    ]
    expected = sounds(alone)
    assert len(expected) == 10
    for others in (sounds(together), sounds(shuffled), *map(sounds, parts)):
        assert others.keys() <= expected.keys()
        assert all(np.array_equal(others[key], expected[key]) for key in others)
    assert sorted(key for part in parts for key in sounds(part)) == sorted(expected)


def test_takes_of_shards_are_taken_over_and_only_then_scored(dataset, tmp_path):
    for index in (1, 2):
        ran = run_system(
            dataset,
            performers.config(),
            read_protocol("basic"),
            tmp_path,
            shard=Shard(index, 2),
            device="cpu",
        )
        assert ran.result is None
        assert len(ran.run.takes) == 5
    performers.OPENED.clear()
    whole = run_system(dataset, performers.config(), read_protocol("basic"), tmp_path, device="cpu")
    assert performers.OPENED[0].batches == []
    assert whole.result.coverage == 1
    assert "The weights are random." in whole.result.notes


def test_clips_go_in_batches_with_seeds_of_their_own(dataset, tmp_path):
    run = made(dataset, tmp_path, batch=4, seed=7)
    assert performers.OPENED[0].batches == [4, 4, 2]
    assert [take.seed for take in run.takes] == [clip_seed(take.id, 7) for take in run.takes]
    assert len({take.seed for take in run.takes}) == 10


def test_another_batch_or_device_is_no_other_system(dataset, tmp_path):
    first = made(dataset, tmp_path, batch=4, limit=1)
    config = msgspec.structs.replace(performers.config(), batch=3)
    again = generate(dataset, config, tmp_path, limit=1, workers=1, device="cpu")
    assert again.revision == first.revision
    about = json.loads((again.folder / "run.json").read_text())
    assert about["batch"] == 3
    assert about["device"] == "cpu"
    assert about["in_effect"] == {"dtype": "float32", "steps": 3}
    assert about["contents"] == {"toy": "0" * 64}


def test_each_clip_that_fails_does_so_alone_and_says_why(dataset, tmp_path):
    wrong = {"refuse": [5], "break_batch": [7], "blind": [9], "answer_reason": [10], "stereo": [12]}
    run = made(dataset, tmp_path, batch=8, settings=wrong)
    assert reasons(run) == {
        "05": "too-dark",
        "07": "error",
        "09": "no-picture",
        "10": "shy",
        "12": "error",
    }
    bug = next(take.reason for take in run.takes if take.id.endswith("07"))
    assert bug.detail == "KeyError: 'a bug'"
    assert sum(take.status == "ok" for take in run.takes) == 5


def test_too_small_a_memory_says_which_batch_to_try_and_keeps_what_is_finished(dataset, tmp_path):
    made(dataset, tmp_path, batch=2, settings={"memory": 2}, limit=4)
    with pytest.raises(SfbenchError, match="--batch 2"):
        made(dataset, tmp_path, batch=4, settings={"memory": 2})
    run = made(dataset, tmp_path, batch=2, settings={"memory": 2})
    assert performers.OPENED[-1].batches == [2, 2, 2]
    assert reasons(run) == {}


def test_what_the_user_can_mend_ends_the_run(dataset, tmp_path):
    with pytest.raises(SfbenchError, match="sfbench weights fetch toy"):
        made(dataset, tmp_path, settings={"unmendable": True})


def test_a_killed_run_goes_on_where_it_was_killed(dataset, tmp_path):
    command = [sys.executable, "-m", "tests.model.performers", dataset.folder, tmp_path]
    killed = subprocess.run(command, cwd=ROOT, env=os.environ | {"TOY_KILL_AT": "3"}, timeout=60)
    assert killed.returncode == -9
    run = made(dataset, tmp_path, batch=2)
    assert performers.OPENED[0].batches == [2, 2, 2]
    assert len(sounds(run)) == 10
    whole = sounds(made(dataset, tmp_path / "whole"))
    assert all(np.array_equal(sound, whole[key]) for key, sound in sounds(run).items())


def test_a_generator_may_look_at_nothing(dataset, tmp_path):
    run = made(dataset, tmp_path, settings={"sighted": False})
    assert len({sound.tobytes() for sound in sounds(run).values()}) == 10


def test_one_clip_generators_know_no_batch(dataset, tmp_path):
    config = msgspec.structs.replace(performers.config(), generator="silence")
    with pytest.raises(SfbenchError, match="leave out --batch"):
        generate(dataset, config, tmp_path, batch=4)


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "-1/2", "1/2/3"])
def test_a_shard_that_is_none_is_refused(text):
    with pytest.raises(SfbenchError, match="--shard 2/4"):
        Shard.read(text)
