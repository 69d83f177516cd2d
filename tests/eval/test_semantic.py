"""The label in plain words, heard or not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sfbench.clip import Clip
from sfbench.encoders.grounding import Grounded
from sfbench.eval.metrics.semantic import (
    heard_frames,
    measure_coverage,
    measure_longest_run,
    measure_mute,
)
from sfbench.eval.prompted import Prompted, prompt_of

SCORES = arrays(np.float32, (20, 1), elements=st.floats(0, 1, width=32))


def outputs(*scores):
    return {"scores": np.array(scores, np.float32)[:, None]}


def test_half_of_what_should_be_heard_is_half_covered():
    own, made = outputs(0.9, 0.9, 0.9, 0.9), outputs(0.9, 0.9, 0.1, 0.1)
    assert measure_coverage(own, made).value == 0.5
    assert measure_longest_run(own, made).value == 0.5
    assert measure_mute(own, made).value == 0


def test_a_sound_of_another_kind_is_mute_whatever_its_level():
    assert measure_mute(outputs(0.9, 0.9), outputs(0.1, 0.2)).value == 1


def test_a_label_that_is_not_heard_in_the_truth_has_no_number():
    silent = outputs(0.1, 0.2)
    for measure in (measure_coverage, measure_longest_run, measure_mute):
        assert measure(silent, silent).value is None
        assert "not heard in the true sound" in measure(silent, silent).reason


def test_a_score_that_sinks_a_little_keeps_the_stretch_up():
    scores = np.array([0.5, 0.4, 0.34, 0.4, 0.5], np.float32)[:, None]
    assert heard_frames(scores).tolist() == [True, True, False, True, True]


@given(SCORES)
def test_the_truth_covers_itself(scores):
    value = measure_coverage({"scores": scores}, {"scores": scores}).value
    assert value in (None, 1.0)


@given(SCORES, SCORES)
def test_coverage_is_a_share(own, made):
    value = measure_coverage({"scores": own}, {"scores": made}).value
    assert value is None or 0 <= value <= 1


class Loud:
    """Hears a prompt where the sound is louder than the prompt is long."""

    name, signature, rate = "loud", "loud-1", 100

    def __init__(self):
        self.calls = []

    def __call__(self, sounds, prompts):
        self.calls.append((len(sounds), tuple(prompts)))
        scores = [np.stack([np.abs(s[::4]) > len(p) for p in prompts]) for s in sounds]
        return [Grounded(one.astype(np.float32), ((),)) for one in scores]

    def unknown_words(self, prompt):
        return ()


def test_each_sound_is_asked_for_its_own_prompt_and_equal_prompts_go_together():
    grounder = Loud()
    sounds = [("a", np.full(8, 2.0)), ("bird", np.full(8, 2.0)), ("a", np.full(4, 0.5))]
    answers = Prompted(grounder)(sounds)
    assert [one["scores"].tolist() for one in answers] == [[[1], [1]], [[0], [0]], [[0]]]
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
