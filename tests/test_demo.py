import json

import pytest

from sfbench.demo import QUICK, WHOLE, Scale, demo
from sfbench.manifest import read_manifest
from sfbench.model.config import read_config
from sfbench.result import read_result
from sfbench.selftest import selftest

pytestmark = pytest.mark.slow

MODELS = (*QUICK.models, "retrieval", "shuffled")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo")
    return out, demo(out, scale=Scale(QUICK.clips, MODELS))


def test_a_demo_leaves_a_dataset_a_result_for_each_system_and_five_reports(made):
    out, answer = made
    manifest = read_manifest(out / "vgg-c")
    assert len(manifest.split("test")) >= 8
    assert {path.parts[-3] for path in out.glob("runs/*/*/result.json")} == set(MODELS)
    assert set(answer.report.paths) == {"html", "md", "csv", "tex", "json"}
    assert all(path.stat().st_size for path in answer.report.paths.values())


def test_the_whole_demo_runs_more_systems_all_of_which_exist():
    assert set(QUICK.models) < set(WHOLE.models)
    assert all(read_config(name).name == name for name in WHOLE.models)


def test_each_step_of_the_recipe_finds_the_faults_that_were_dealt(made):
    out, _ = made
    lines = (out / "vgg-c" / "rejected.jsonl").read_text().splitlines()
    rejected = [json.loads(line) for line in lines]
    by_step = {row["reason"]["step"] for row in rejected}
    assert {"label", "grounding"} <= by_step
    assert by_step & {"health", "media"}


def test_the_reference_is_the_ceiling_and_silence_wins_nothing(made):
    out, _ = made
    found = [read_result(path) for path in out.glob("runs/*/*/result.json")]
    scores = {result.model: {one.metric: one for one in result.scores} for result in found}
    for metric, own in scores["reference"].items():
        sign = 1 if own.higher_is_better else -1
        gains = {name: row[metric].value for name, row in scores.items()}
        reached = {name: sign * value for name, value in gains.items() if value is not None}
        # Nothing is nearer to the true sound than itself; a typical sound may be to the pictures.
        ceiling = own.high if metric == "clip_score.mini" else reached["reference"]
        assert ceiling >= max(reached.values()) - 1e-9, metric
        others = [value for name, value in reached.items() if name != "silence"]
        assert "silence" not in reached or reached["silence"] < max(others), metric


def test_every_law_of_the_selftest_holds():
    assert selftest("basic", 12).broken == []
