"""The label in plain words, heard or not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sfbench.clip import Clip
from sfbench.encoders.grounding.grounder import Grounded
from sfbench.eval.metric import metrics
from sfbench.eval.metrics.semantic import heard_frames
from sfbench.eval.prompted import Prompted, prompt_of

SCORES = arrays(np.float32, (20, 1), elements=st.floats(0, 1, width=32))


QUANTITIES = (
    "coverage",
    "spill",
    "longest_run",
    "dropouts",
    "longest_gap",
    "segment_f1",
    "onset_error",
    "mute_rate",
)


def measure(quantity, own, made):
    return metrics[f"semantic.{quantity}"].measure(own, made)


def outputs(*scores, unknown=0):
    return heard_as(np.array(scores, np.float32)[:, None], unknown)


def heard_as(scores, unknown=0):
    return {"scores": scores, "unknown": np.float32([[unknown]])}


def test_half_of_what_should_be_heard_is_half_covered():
    own, made = outputs(0.9, 0.9, 0.9, 0.9), outputs(0.9, 0.9, 0.1, 0.1)
    assert measure("coverage", own, made).value == 0.5
    assert measure("longest_run", own, made).value == 0.5
    assert measure("mute_rate", own, made).value == 0


def test_a_sound_of_another_kind_is_mute_whatever_its_level():
    assert measure("mute_rate", outputs(0.9, 0.9), outputs(0.1, 0.2)).value == 1


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_label_that_is_not_heard_in_the_truth_has_no_number(quantity):
    silent = outputs(0.1, 0.2)
    answer = measure(quantity, silent, silent)
    assert answer.value is None
    assert "not heard in the true sound" in answer.reason


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_words_that_the_grounder_does_not_know_give_no_number(quantity):
    strange = outputs(*[0.9] * 25, unknown=1)
    answer = measure(quantity, strange, strange)
    assert answer.value is None
    assert "does not know every word" in answer.reason


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_mini_grounder_is_measured_alike(quantity):
    full, mini = metrics[f"semantic.{quantity}"], metrics[f"semantic.mini-{quantity}"]
    own, made = outputs(*[0.9] * 40), outputs(*[0.9] * 25, *[0.1] * 15)
    assert full.measure(own, made) == mini.measure(own, made)
    assert (full.variant, full.higher_is_better) == (mini.variant, mini.higher_is_better)


def test_by_hand_on_two_seconds():
    """Expected from 0.2 s on; the take begins 0.2 s later and pauses from 1 to 1.4 s."""
    own = outputs(*[0.1] * 5, *[0.9] * 45)
    made = outputs(*[0.1] * 10, *[0.9] * 15, *[0.1] * 10, *[0.9] * 15)
    by_hand = {
        "coverage": 30 / 45,
        "spill": 0,
        "longest_run": 15 / 45,
        "dropouts": 2 / 1.8 * 10,
        "longest_gap": 0.4,
        "segment_f1": 1,
        "onset_error": 200,
        "mute_rate": 0,
    }
    assert {name: measure(name, own, made).value for name in by_hand} == pytest.approx(by_hand)


def test_what_a_take_without_the_label_has_not_is_null():
    own, other = outputs(*[0.9] * 25), outputs(*[0.1] * 25)
    for quantity in ("spill", "onset_error"):
        assert measure(quantity, own, other).value is None
        assert "not heard in the take" in measure(quantity, own, other).reason
    assert measure("segment_f1", own, other).value == 0
    assert measure("dropouts", own, other).value == 10


def test_a_score_that_sinks_a_little_keeps_the_stretch_up():
    scores = np.array([0.5, 0.4, 0.34, 0.4, 0.5], np.float32)[:, None]
    assert heard_frames(scores).tolist() == [True, True, False, True, True]


@given(SCORES)
def test_the_truth_covers_itself(scores):
    value = measure("coverage", heard_as(scores), heard_as(scores)).value
    assert value in (None, 1.0)


@given(SCORES, SCORES)
def test_coverage_is_a_share(own, made):
    value = measure("coverage", heard_as(own), heard_as(made)).value
    assert value is None or 0 <= value <= 1


class Loud:
    """Hears a prompt where the sound is louder than the prompt is long."""

    name, signature, rate = "loud", "loud-1", 100

    def __init__(self):
        self.calls = []

    def __call__(self, sounds, prompts):
        self.calls.append((len(sounds), tuple(prompts)))
        scores = [np.stack([np.abs(s[::4]) > len(p) for p in prompts]) for s in sounds]
        words = tuple(self.unknown_words(prompt) for prompt in prompts)
        return [Grounded(one.astype(np.float32), words) for one in scores]

    def unknown_words(self, prompt):
        return ("bird",) if prompt == "bird" else ()


def test_each_sound_is_asked_for_its_own_prompt_and_equal_prompts_go_together():
    grounder = Loud()
    sounds = [("a", np.full(8, 2.0)), ("bird", np.full(8, 2.0)), ("a", np.full(4, 0.5))]
    answers = Prompted(grounder)(sounds)
    assert [one["scores"].tolist() for one in answers] == [[[1], [1]], [[0], [0]], [[0]]]
    assert [one["unknown"].item() for one in answers] == [0, 1, 0]
    assert grounder.calls == [(2, ("a",)), (1, ("bird",))]


@pytest.mark.parametrize(
    ("evidence", "label", "prompt"),
    [
        ({"grounding": {"prompt": "a siren wailing"}}, "police car (siren)", "a siren wailing"),
        ({}, "police car (siren)", "police car (siren)"),
        ({}, None, ""),
    ],
)
def test_a_clip_is_asked_for_by_its_prompt_or_its_label(evidence, label, prompt):
    clip = Clip(
        id="a",
        label=label,
        split="test",
        video="a.mp4",
        sha256="0",
        seconds=1.0,
        evidence=evidence,
    )
    assert prompt_of(clip) == prompt
