import json
import pickle
import sys
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from msgspec import structs

from sfbench.curation.curate import curate, foresee
from sfbench.curation.folder import Folder
from sfbench.curation.recipe import read_recipe
from sfbench.curation.rules.grounding import GroundingRule
from sfbench.curation.simulated import SimulatedSource
from sfbench.curation.source import Candidate
from sfbench.curation.sources import suited
from sfbench.curation.step import Draft, Listening, steps
from sfbench.curation.steps import grounding
from sfbench.curation.steps.grounding import GroundingStep, measure, verdict
from sfbench.encoders.grounding.grounder import Grounded
from sfbench.errors import SfbenchError
from sfbench.manifest import read_manifest
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.objects import CONTINUOUS
from sfbench.simulated.sound import hear
from tests.conftest import write_clip

RULE = GroundingRule(
    encoder="grounding-mini", score=0.5, coverage=0.2, begin=0.5, go_on=0.3, known_words=1.0
)
SEED = 77  # a world that no training saw


GROUNDING = """
[grounding]
encoder = "grounding-mini"
score = 0.5
coverage = 0.2
begin = 0.5
go_on = 0.3
known_words = 1.0
"""


def recipe_with(folder, rule):
    (folder / "with.toml").write_text(f'extends = "vgg-c"\n{rule}')
    return read_recipe(str(folder / "with.toml"))


@pytest.fixture
def recipe(tmp_path):
    return recipe_with(tmp_path, GROUNDING)


def scenes(*groups):
    drawn = (draw_scene(SEED, index) for index in range(200))
    return (scene for scene in drawn if scene.group in groups)


def draft(scene, label=None):
    candidate = Candidate(id=scene.id, label=label or scene.label)
    return Draft(candidate, media=SimpleNamespace(sound={16_000: hear(scene).sound}))


def test_what_is_measured_is_score_coverage_and_runs():
    curve = np.array([0.0, 0.8, 0.4, 0.0, 0.4, 0.0, 0.0, 0.0], np.float32)
    measured = measure(Grounded(curve[None], (("odd",),)), RULE)
    assert measured == {
        "score": 0.6,  # (0.64 + 0.16 + 0.16) / 1.6
        "coverage": 0.25,
        "runs": [[0.04, 0.12]],
        "unknown": ["odd"],
    }
    assert verdict(measured, RULE) is None


def test_what_is_not_heard_is_rejected_with_the_figure_that_failed():
    reason = verdict({"score": 0.12, "coverage": 0.9}, RULE)
    assert (reason.code, reason.detail) == ("label-not-heard", "score 0.12 < 0.50")
    reason = verdict({"score": 0.9, "coverage": 0.05}, RULE)
    assert (reason.code, reason.detail) == ("label-not-heard", "coverage 0.05 < 0.20")


@pytest.mark.parametrize("label", sorted(CONTINUOUS))
def test_the_mini_network_hears_each_sound_and_not_another(recipe, label):
    step = steps["grounding"](recipe)
    scene = next(scene for scene in scenes("good") if scene.label == label)
    like = draft(scene)
    assert step.keep(like) is None
    assert like.evidence["grounding"]["score"] >= 0.5
    assert like.evidence["grounding"]["prompt"] == recipe.row(label).prompt
    assert like.evidence["grounding"]["encoder"].startswith("cnn8rnn-w2vmean|")
    others = [other for other in CONTINUOUS if CONTINUOUS[other].family != scene.family]
    verdicts = [step.keep(draft(scene, other)) for other in others[:3]]
    assert [reason and reason.code for reason in verdicts].count("label-not-heard") >= 2


def test_background_alone_is_no_label(recipe):
    step = GroundingStep(recipe)
    scene = next(scenes("no-sound"))
    assert step.keep(draft(scene)).code == "label-not-heard"


def test_words_that_the_encoder_does_not_know_are_a_reason(recipe):
    scene = next(scenes("good"))
    reason = GroundingStep(recipe).keep(draft(scene, "driving buses"))
    assert reason.code == "prompt-unknown"
    assert "grounding-mini does not know bus of 'a bus engine running'" in reason.detail


def test_remarks_say_what_is_decided_by_and_count_clips_with_unknown_words(recipe):
    labels = ["driving buses", "helicopter", "driving buses", "dog barking", None]
    asked = [Candidate(id=str(place), label=label) for place, label in enumerate(labels)]
    rule, ignorance = GroundingStep(recipe).remarks(asked)
    assert "score 0.50 and coverage 0.20 (not calibrated) by cnn8rnn-w2vmean|" in rule
    assert ignorance == "grounding-mini does not know bus of 'a bus engine running' (2 clips)"
    assert len(GroundingStep(recipe).remarks(asked[1:2])) == 1
    (shipped, *_) = GroundingStep(read_recipe("simulated")).remarks([])
    assert "clips of simulated:13" in shipped and "precision" in shipped


@pytest.mark.parametrize("label", [None, "mains hum", "dog barking"])
def test_without_words_there_is_nothing_to_ask(recipe, label):
    asked = draft(next(scenes("good")))
    asked.candidate = Candidate(id="x", label=label)
    assert GroundingStep(recipe).keep(asked).code == "no-prompt"


def test_a_step_says_at_which_rate_it_hears_and_can_be_sent_to_a_worker(recipe):
    step = pickle.loads(pickle.dumps(GroundingStep(recipe)))
    assert isinstance(step, Listening)
    assert step.rates() == (16_000,)


@dataclass(frozen=True)
class Some(SimulatedSource):
    """The first clip of each of a few groups."""

    groups: tuple[str, ...] = ("good", "other-sound", "no-sound")

    def candidates(self):
        ids = {next(scenes(group)).id for group in self.groups}
        return (one for one in SimulatedSource(48, SEED).candidates() if one.id in ids)


@pytest.mark.slow
def test_a_curation_listens(recipe, tmp_path):
    made = curate(recipe, Some(48, SEED), tmp_path / "out")
    (clip,) = read_manifest(tmp_path / "out").clips
    assert clip.id == next(scenes("good")).id
    heard = clip.evidence["grounding"]
    assert heard["score"] >= 0.5 and heard["coverage"] >= 0.2 and heard["runs"]
    lines = (tmp_path / "out" / "rejected.jsonl").read_text().splitlines()
    rejected = [json.loads(line) for line in lines]
    assert {row["reason"]["code"] for row in rejected} == {"label-not-heard"}
    assert all(row["evidence"]["grounding"]["score"] < 0.5 for row in rejected)
    assert {row.step: row.kept for row in made.funnel.rows}["grounding"] == 1


def test_missing_weights_stop_a_curation_before_any_clip_and_not_a_dry_run(tmp_path):
    recipe = read_recipe("vgg-c")
    assert "grounding" in foresee(recipe, Some(48, SEED)).notes[-1]
    with pytest.raises(SfbenchError) as caught:
        curate(recipe, Some(48, SEED), tmp_path / "out")
    assert str(caught.value).splitlines() == [
        "grounding needs 2 files of weights that are not on this machine:",
        "  grounding: at most 36 MB, Apache-2.0",
        "  grounding-vocabulary: at most 0.2 MB, Apache-2.0",
        "at most 36.2 MB in all; type: sfbench weights fetch grounding",
        "or curate without listening: sfbench curate --recipe basic",
    ]


def test_without_torch_a_curation_names_both_ways_out(recipe, tmp_path, monkeypatch):
    grounding._opened.cache_clear()
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "sfbench.encoders.grounding.cnn8rnn", raising=False)
    with pytest.raises(SfbenchError) as caught:
        curate(recipe, Some(48, SEED), tmp_path / "out")
    assert str(caught.value).splitlines() == [
        "grounding encoder 'grounding-mini' needs torch: pip install 'sfbench[weights]'",
        "or curate without listening: sfbench curate --recipe basic",
    ]


def test_a_folder_without_labels_needs_neither_weights_nor_torch(tmp_path):
    (tmp_path / "in").mkdir()
    write_clip(tmp_path / "in" / "one.mp4", 300)
    made = curate(read_recipe("vgg-c"), Folder(tmp_path / "in"), tmp_path / "out")
    assert "the source names no labels: the grounding step was skipped" in made.notes
    assert made.funnel.kept == 1


def test_a_source_may_suit_a_recipe_of_its_own(videos):
    assert suited(SimulatedSource()) == "simulated"
    assert suited(Folder(videos)) == "vgg-c"
    assert read_recipe("simulated").grounding.encoder == "grounding-mini"
    assert read_recipe("vgg-c").grounding.encoder == "grounding"


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("[grounding]\nscore = 1.5", "between 0 and 1"),
        ("[grounding]\ngo_on = 0.6", "must not be above"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(tmp_path, rule, complaint):
    with pytest.raises(SfbenchError, match=complaint):
        steps["grounding"](recipe_with(tmp_path, rule))


def test_a_recipe_that_listens_without_a_rule_says_what_is_missing(recipe):
    with pytest.raises(SfbenchError, match=r"no \[grounding\]"):
        steps["grounding"](structs.replace(recipe, grounding=None))


def test_an_encoder_that_is_none_lists_those_there_are(recipe):
    with pytest.raises(SfbenchError, match=r"choose from grounding, grounding-mini"):
        grounding._opened("grounding-maxi")
