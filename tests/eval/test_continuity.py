"""The prototype table of the continuity metrics, on synthetic noise of 10 s."""

import numpy as np
import pytest

from sfbench.eval.activity import activity, frames_of, runs
from sfbench.eval.metrics.continuity import (
    coverage,
    flicker,
    measure_coverage,
    measure_flicker,
    measure_mute,
)
from sfbench.eval.pair import Pair
from sfbench.media.level import RATE, levels

SECONDS = 10
TIME = np.arange(SECONDS * RATE) / RATE


def pinkish(seed=0):
    """Noise that falls 3 dB per octave, at about -20 dBFS."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(len(TIME)))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    noise = np.fft.irfft(spectrum, len(TIME))
    return (0.1 * noise / noise.std()).astype(np.float32)


REFERENCE = (pinkish() * (0.6 + 0.4 * np.sin(2 * np.pi * TIME / 10))).astype(np.float32)


def pair(generated, reference=REFERENCE):
    everywhere = np.ones(len(levels(reference)), np.bool_)
    return Pair(reference=reference, generated=generated.astype(np.float32), audible=everywhere)


def gate(*gaps):
    open_ = np.ones(len(TIME))
    for start, end in gaps:
        open_[(start <= TIME) & (end > TIME)] = 0
    return open_


CASES = {
    "reference": (REFERENCE, 1.0),
    "other continuous noise": (pinkish(1), 1.0),
    "three gaps of 0.8 s": (pinkish(1) * gate((1, 1.8), (4, 4.8), (7, 7.8)), 0.775),
    "hiss at -75 dBFS": (pinkish(1) * 10 ** (-55 / 20), 0.0),
    "digital silence": (np.zeros(len(TIME)), 0.0),
    "5 s, then silence": (pinkish(1) * gate((5, 10)), 0.502),
    "flicker of 3 Hz": (pinkish(1) * (0.55 + 0.45 * np.sin(6 * np.pi * TIME)), 1.0),
    "fade-out of 40 dB": (pinkish(1) * 10 ** (-2 * TIME / 10), 0.696),
}


@pytest.mark.parametrize("case", CASES)
def test_coverage_answers_as_the_prototype_did(case):
    sound, wanted = CASES[case]
    assert measure_coverage(pair(sound)).value == pytest.approx(wanted, abs=0.02)


def test_flicker_tells_a_tremolo_from_a_steady_sound():
    steady = measure_flicker(pair(CASES["other continuous noise"][0])).value
    tremolo = measure_flicker(pair(CASES["flicker of 3 Hz"][0])).value
    assert steady < 0.5
    assert tremolo > 8
    assert measure_flicker(pair(REFERENCE)).value == 0


def test_a_mute_take_has_no_flicker_and_counts_as_mute():
    silent = pair(np.zeros(len(TIME)))
    assert measure_flicker(silent).value is None
    assert measure_flicker(silent).reason == "mute take"
    assert measure_mute(silent).value == 1
    assert measure_mute(pair(REFERENCE)).value == 0


def test_where_nothing_is_expected_nothing_is_measured():
    silent = np.zeros(len(TIME), np.float32)
    assert measure_coverage(pair(REFERENCE, reference=silent)).value is None
    assert measure_mute(pair(REFERENCE, reference=silent)).value is None
    assert coverage(np.ones(3, np.bool_), np.zeros(3, np.bool_)) is None


def test_level_steps_of_a_decibel_per_frame_flicker_by_ten():
    assert flicker(np.arange(100.0)) == pytest.approx(10.0)
    assert flicker(np.zeros(5)) is None


def test_short_holes_are_closed_and_short_islands_dropped():
    levels_ = np.full(300, -20.0)
    levels_[100:110] = -90  # 100 ms: closed
    levels_[200:220] = -90  # 200 ms: stays
    assert runs(activity(levels_, levels_)) == [(0.0, 2.0), (2.2, 3.0)]
    lonely = np.full(300, -90.0)
    lonely[0:3] = -20  # 30 ms: dropped
    lonely[100:200] = -20
    assert runs(activity(lonely, lonely)) == [(1.0, 2.0)]


def test_runs_and_frames_are_inverses():
    frames = np.random.default_rng(0).random(500) > 0.5
    assert np.array_equal(frames_of(runs(frames), 500), frames)


def test_a_take_is_judged_against_the_references_level_too():
    loud = REFERENCE * 5
    faint = pinkish(1) * 10 ** (-35 / 20)
    assert measure_coverage(pair(faint)).value == 0 or measure_coverage(pair(faint)).value < 0.2
    assert measure_coverage(pair(loud)).value == 1
