import numpy as np
import pytest

from sfbench.encoders.extractor import extractors
from sfbench.eval.faults import FAULTS
from sfbench.eval.protocol import read_protocol
from sfbench.eval.respond import Heard, blind, judge, respond, steady
from sfbench.media.level import RATE


def swells(count, seconds=6):
    """Noises of differing colour and course."""
    random = np.random.default_rng(0)
    time = np.arange(seconds * RATE) / RATE
    for index in range(count):
        steps = np.cumsum(random.standard_normal(len(time)))
        mixed = random.standard_normal(len(time)) + 0.05 * index * (steps - steps.mean()) / 100
        course = 0.2 + 0.8 * np.exp(-((time - seconds * (index + 1) / (count + 1)) ** 2) / 2)
        yield (0.1 * mixed / mixed.std() * course).astype(np.float32)


@pytest.fixture(scope="module")
def answers():
    return respond([Heard(sound) for sound in swells(10)], read_protocol("basic"))


def test_every_fault_keeps_the_length():
    sound = next(swells(1))
    for name, spoil in FAULTS.items():
        assert spoil(sound).shape == sound.shape, name
        assert spoil(sound).dtype == np.float32, name


def test_all_laws_hold_for_the_metrics_as_they_are(answers):
    assert [expectation.law for expectation in judge(answers) if not expectation.holds] == []


def test_a_metric_that_rewards_silence_is_found_out(answers):
    swapped = dict(answers, silence=answers["identity"], identity=answers["silence"])
    broken = {expectation.law for expectation in judge(swapped) if not expectation.holds}
    assert "silence does not beat identity on fad.mel" in broken
    assert "silence is worse than identity on continuity.coverage" in broken


def test_a_cloud_is_blind_to_a_wrong_label_and_a_course_is_not(answers):
    said = {score.metric: score for score in answers["wrong label"]}
    own = {score.metric: score for score in answers["identity"]}
    assert blind(own["fad.mel"], said["fad.mel"])
    assert not blind(own["envelope.correlation"], said["envelope.correlation"])


def test_a_network_whose_answer_depends_on_company_is_found_out(monkeypatch):
    truths, protocol = [Heard(sound) for sound in swells(3)], read_protocol("basic")
    (honest,) = steady(truths, protocol)
    assert honest.law == "mel hears a sound alone as it does in company"
    assert honest.holds

    class Swayed:
        signature, rate = "swayed", RATE

        def __call__(self, sounds):
            mean = np.mean([np.abs(sound).mean() for sound in sounds])
            return [{"embedding": sound[None, :8] / mean} for sound in sounds]

    monkeypatch.setitem(extractors._rows, "mel", f"{__name__}:SWAYED")
    monkeypatch.setattr("tests.eval.test_respond.SWAYED", lambda device: Swayed(), raising=False)
    (swayed,) = steady(truths, protocol)
    assert not swayed.holds
