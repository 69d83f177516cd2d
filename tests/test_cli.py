import json
import subprocess
import sys

import numpy as np
import pytest

from sfbench.media.write import write_wav
from tests.conftest import write_clip

VERBS = [
    *("curate", "run", "score", "report", "explain", "claims"),
    *("train", "demo", "selftest", "weights", "doctor"),
]
HEAVY = {"torch", "datasets", "matplotlib", "scipy", "pandas", "numpy", "av", "rich"}


def sfbench(*words, cwd=None):
    command = [sys.executable, "-m", "sfbench", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb):
    shown = sfbench(verb, "--help")
    assert shown.returncode == 0
    assert len(shown.stdout.splitlines()) > 4


def test_the_command_line_imports_nothing_heavy():
    code = "import sys, sfbench.cli; print(*(set(sys.modules) & set(sys.argv[1:])))"
    run = subprocess.run(
        [sys.executable, "-c", code, *HEAVY], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == []


@pytest.mark.parametrize(
    "words, complaint",
    [
        ("curate --source folder:missing --out o", "there is no folder missing"),
        ("curate --source folder:empty --out o", "holds no videos"),
        ("curate --source nosuch --out o", "choose from folder, simulated"),
        ("curate --recipe bad.toml --source simulated --out o", "bad.toml cannot be used"),
        ("run --model smoth-foley --data empty", "sfbench curate --out empty"),
        ("run --model reference --data missing", "sfbench curate --out missing"),
        ("run --model folder:missing --data empty", "sfbench curate --out empty"),
        ("score --reference empty --generated empty", "holds no sounds"),
        ("score --reference missing --generated missing", "there is no folder missing"),
        ("report missing", "missing"),
        ("explain --model silence --clip x --data missing", "sfbench curate --out missing"),
        ("claims missing", "there is no folder missing"),
        ("claims --claims nosuch", "choose from claims"),
        ("weights fetch nosuch", "nosuch"),
        ("weights convert vggish", "sfbench weights fetch vggish"),
        ("run --model command:missing.toml --data empty", "sfbench curate --out empty"),
        ("train bad.toml", "bad.toml cannot be used"),
        (
            "curate --source simulated --limit 2 --out bad.toml",
            "bad.toml cannot be used: File exists",
        ),
        ("demo --out bad.toml", "bad.toml/vgg-c cannot be used: Not a directory"),
    ],
)
def test_what_the_user_can_mend_is_one_message_and_exit_code_1(tmp_path, words, complaint):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.toml").write_text("nonsense")
    ended = sfbench(*words.split(), cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("sfbench: ")
    assert complaint in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("words", ["frobnicate", "run", "curate --limit none --out x"])
def test_wrong_usage_is_exit_code_2(words):
    ended = sfbench(*words.split())
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_json_is_one_document_on_stdout(tmp_path):
    (tmp_path / "in").mkdir()
    write_clip(tmp_path / "in" / "one.mp4", 300)
    made = sfbench("curate", "--source", "folder:in", "--out", "d", "--json", cwd=tmp_path)
    assert json.loads(made.stdout)["funnel"]["rows"][-1]["kept"] == 1
    ran = sfbench("run", "--model", "reference", "--data", "d", "--json", cwd=tmp_path)
    assert json.loads(ran.stdout)["model"] == "reference"
    assert json.loads(sfbench("doctor", "--json").stdout)
    assert sfbench("report", "--quiet", cwd=tmp_path).stdout == ""


def test_score_pairs_folders_by_name_and_counts_what_fails(tmp_path):
    tone = np.sin(np.arange(32_000) / 9).astype(np.float32) / 3
    for name in ("a", "b", "c"):
        write_wav(tmp_path / "true" / f"{name}.wav", tone, 16_000)
    for name in ("a", "b", "stranger"):
        write_wav(tmp_path / "made" / f"{name}.wav", tone, 16_000)
    ended = sfbench("score", "--reference", "true", "--generated", "made", cwd=tmp_path)
    assert ended.returncode == 1
    assert "1 of 3 clips failed, the first is c (missing" in ended.stderr
    assert "1 generated files have no reference" in ended.stdout
    (folder,) = (tmp_path / "runs" / "made").iterdir()
    result = json.loads((folder / "result.json").read_text())
    scores = {score["metric"]: score["value"] for score in result["scores"]}
    assert scores["continuity.coverage"] == 1
    assert result["coverage"] == pytest.approx(2 / 3)


def test_takes_can_be_made_without_scores(dataset, tmp_path):
    ended = sfbench(
        *("run", "--model", "silence", "--data", dataset.folder, "--limit", 2, "--no-score"),
        cwd=tmp_path,
    )
    assert ended.returncode == 0
    assert "2 takes" in ended.stdout
    assert not list(tmp_path.rglob("result.json"))


def test_a_shard_says_how_its_takes_are_scored(dataset, tmp_path):
    words = ("run", "--model", "silence", "--data", dataset.folder, "--shard", "2/5")
    ended = sfbench(*words, cwd=tmp_path)
    assert ended.returncode == 0
    assert "2 takes; once all shards are made, the same command without --shard" in ended.stdout
    assert not list(tmp_path.rglob("result.json"))


def test_a_trainer_is_handed_its_settings(tmp_path, monkeypatch):
    from sfbench.catalog import Catalog
    from sfbench.model import train as verb

    monkeypatch.setattr(verb, "trainers", Catalog("trainer", {"toy": "tests.test_cli:toy_trainer"}))
    (tmp_path / "toy.toml").write_text(
        'format = 1\nname = "toy"\ntrainer = "toy"\n[settings]\nsteps = 3\n'
    )
    verb.train(tmp_path / "toy.toml", tmp_path / "out", resume=True)
    assert (tmp_path / "out").read_text() == "{'steps': 3} True"


def toy_trainer(settings, out, resume, watch):
    out.write_text(f"{settings} {resume}")
