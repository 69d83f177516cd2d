import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from msgspec import structs

from sfbench.clip import Clip
from sfbench.curation.curate import curate
from sfbench.curation.disagreement import disagreement_notes
from sfbench.curation.examine import Verdict
from sfbench.curation.folder import Folder
from sfbench.curation.how import How
from sfbench.curation.recipe import read_recipe
from sfbench.curation.rules.second_opinion import SecondOpinionRule
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft, Listening, steps
from sfbench.curation.steps import grounding, second_opinion
from sfbench.curation.steps.second_opinion import SecondOpinionStep, measure, windows
from sfbench.encoders.grounding.grounder import Grounded
from sfbench.encoders.likeness import likenesses
from sfbench.errors import Reason, SfbenchError
from sfbench.executor.outcome import Outcome
from sfbench.manifest import read_manifest

RULE = SecondOpinionRule(encoder="clap", window=2.0, hop=1.0, alike=0.3, share=0.5)
TABLE = """
[second_opinion]
encoder = "clap"
window = 2.0
hop = 1.0
alike = 0.3
share = 0.5
"""
RATE = 100


class Toy:
    """Takes the mean of a window for its cosine with any prompt."""

    name = signature = "toy"
    rate = RATE

    def __call__(self, sounds, prompt):
        return np.array([sound.mean() for sound in sounds], np.float32)


def recipe_with(folder, chosen, table=TABLE):
    (folder / "with.toml").write_text(f'extends = "basic"\nsteps = {chosen}\n{table}')
    return read_recipe(str(folder / "with.toml"))


@pytest.fixture
def recipe(tmp_path):
    return recipe_with(tmp_path, ["label", "health", "second_opinion", "grounding"])


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setattr(second_opinion, "_opened", lambda encoder: Toy())


def draft(sound, label="helicopter"):
    samples = np.asarray(sound, np.float32)
    return Draft(Candidate(id="a", label=label), media=SimpleNamespace(sound={RATE: samples}))


def begins(seconds):
    sound = np.arange(round(seconds * RATE), dtype=np.float32)
    cut = windows(sound, RATE, RULE)
    assert {len(one) for one in cut} <= {min(len(sound), 2 * RATE)}
    return [one[0] / RATE for one in cut]


def test_windows_follow_one_another_and_the_last_ends_with_the_sound():
    assert begins(10) == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert begins(4.5) == [0, 1, 2, 2.5]
    assert begins(2) == begins(1.3) == [0]
    assert windows(np.zeros(0, np.float32), RATE, RULE) == []


def test_what_is_measured_is_largest_mean_and_share():
    assert measure(np.array([0.5, 0.3, 0.1, -0.1], np.float32), RULE) == {
        "max": 0.5,
        "mean": 0.2,
        "share": 0.5,  # 0.3 reaches alike
        "heard": True,
        "windows": [0.5, 0.3, 0.1, -0.1],
    }
    assert measure(np.array([0.5, 0.2, 0.1], np.float32), RULE)["heard"] is False


def test_what_cannot_be_heard_is_none_and_no_zero():
    nothing = measure(np.zeros(0, np.float32), RULE)
    assert {nothing[name] for name in ("max", "mean", "share", "heard")} == {None}


def test_the_step_keeps_every_clip_and_leaves_evidence(recipe, toy):
    step = steps["second_opinion"](recipe)
    loud, mute, empty = (draft(np.full(400, level)) for level in (0.4, 0.0, 0.0))
    empty.media.sound[RATE] = np.zeros(0, np.float32)
    assert [step.keep(one) for one in (loud, mute, empty)] == [None, None, None]
    found = [one.evidence["second_opinion"] for one in (loud, mute, empty)]
    assert [one["heard"] for one in found] == [True, False, None]
    assert found[0]["windows"] == [0.4, 0.4, 0.4]
    assert found[0]["prompt"] == recipe.row("helicopter").prompt
    assert found[0]["encoder"] == "toy"


@pytest.mark.parametrize("label", [None, "mains hum", "dog barking"])
def test_without_words_nothing_is_asked(recipe, toy, label):
    asked = draft(np.ones(400), label)
    assert SecondOpinionStep(recipe).keep(asked) is None
    assert asked.evidence == {}


def test_a_step_says_at_which_rate_it_hears_and_can_be_sent_to_a_worker(recipe, toy):
    step = pickle.loads(pickle.dumps(SecondOpinionStep(recipe)))
    assert isinstance(step, Listening)
    assert step.rates() == (RATE,)


def test_remarks_say_what_counts_as_heard_and_who_is_not_asked(recipe, toy):
    (said,) = SecondOpinionStep(recipe).remarks([])
    assert said == (
        "second opinion: the label is heard where 0.50 of the windows of 2 s reach a cosine of "
        "0.30 (not calibrated), by toy"
    )
    behind = structs.replace(recipe, steps=["grounding", "second_opinion"])
    assert "clips that grounding drops have no" in SecondOpinionStep(behind).remarks([])[1]


def verdict(name, *, kept, heard, by="grounding"):
    evidence = {"grounding": {"score": 0.5}, "second_opinion": {"heard": heard}}
    if kept:
        clip = Clip(
            id=name, label="x", split="test", video="x", sha256="", seconds=1, evidence=evidence
        )
        return Verdict(id=name, clip=clip)
    return Verdict(id=name, reason=Reason(by, "some", ""), evidence=evidence)


def test_disagreements_are_counted_by_their_direction():
    verdicts = [
        verdict("a", kept=True, heard=True),
        verdict("b", kept=True, heard=False),
        verdict("c", kept=False, heard=True),
        verdict("d", kept=False, heard=True),
        verdict("e", kept=False, heard=False),
        verdict("f", kept=False, heard=False, by="challenge"),  # grounding had kept it
        verdict("g", kept=True, heard=None),
        Verdict(id="h", reason=Reason("health", "silent", "")),
    ]
    assert disagreement_notes(verdicts) == [
        "the second opinion disagrees with grounding on 4 of 6 clips that both listened to: "
        "2 that grounding keeps and it does not hear, 2 that grounding drops and it hears"
    ]
    assert disagreement_notes(verdicts[-2:]) == []


class Here:
    """Judges clips in this process, where toys can stand in for networks."""

    def run(self, stage, items, workers):
        for item in items:
            yield Outcome(item, *stage.attempt(item))


class Contrary:
    """Hears a helicopter; as a grounder, everything but a helicopter."""

    name = signature = "contrary"
    rate = 16_000

    def __call__(self, sounds, asked):
        if isinstance(asked, str):
            return np.full(len(sounds), 0.8 if "helicopter" in asked else 0.0, np.float32)
        (prompt,) = asked
        curve = np.full((1, 125), 0.0 if "helicopter" in prompt else 0.8, np.float32)
        return [Grounded(curve, ((),))]

    def unknown_words(self, prompt):
        return ()


def test_a_curation_tells_evidence_rule_and_disagreement(recipe, videos, tmp_path, monkeypatch):
    for step in (second_opinion, grounding):
        monkeypatch.setattr(step, "_opened", lambda encoder: Contrary())
    made = curate(recipe, Folder(videos, limit=4), tmp_path / "out", how=How(engine=Here()))
    assert {row.step: row.kept for row in made.funnel.rows}["second_opinion"] == 4
    kept = read_manifest(tmp_path / "out").clips
    assert {clip.label for clip in kept} == {"airplane flyby"}
    assert not any(clip.evidence["second_opinion"]["heard"] for clip in kept)
    told = "disagrees with grounding on 4 of 4 clips that both listened to: 2 that grounding keeps"
    assert any(told in note for note in made.notes)
    card = (tmp_path / "out" / "README.md").read_text()
    assert told in card
    assert "second_opinion: encoder clap, window 2.0, hop 1.0, alike 0.3, share 0.5" in card


def test_missing_weights_stop_a_curation_before_any_clip(videos, tmp_path):
    asks = recipe_with(tmp_path, ["label", "health", "second_opinion"])
    with pytest.raises(SfbenchError) as caught:
        curate(asks, Folder(videos), tmp_path / "out")
    first, *_, fetch, without = str(caught.value).splitlines()
    assert first == "second-opinion needs 3 files of weights that are not on this machine:"
    assert fetch.endswith("type: sfbench weights fetch second-opinion")
    assert without == "or take second_opinion out of the recipe's steps"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"hop": 0.0}, "must be above 0"),
        ({"hop": 3.0}, "at most second_opinion.window 2"),
        ({"window": 11.0}, "at most 10"),
        ({"alike": 1.5}, "between -1 and 1"),
        ({"share": -0.1}, "between 0 and 1"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(recipe, change, complaint):
    wrong = structs.replace(recipe, second_opinion=structs.replace(RULE, **change))
    with pytest.raises(SfbenchError, match=complaint):
        SecondOpinionStep(wrong)


def test_a_recipe_that_asks_without_a_rule_says_what_is_missing(recipe):
    with pytest.raises(SfbenchError, match=r"no \[second_opinion\]"):
        steps["second_opinion"](structs.replace(recipe, second_opinion=None))


def test_an_encoder_that_is_none_lists_those_there_are():
    with pytest.raises(SfbenchError, match="choose from clap"):
        likenesses["clop"]
