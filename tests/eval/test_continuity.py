"""The prototype table of the continuity metrics, on synthetic noise of 10 s."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfbench.eval.activity import activity, frames_of, runs
from sfbench.eval.metrics.continuity import (
    continuity,
    coverage,
    dropouts,
    flicker,
    longest_gap,
    measure_continuity,
    measure_coverage,
    measure_dropouts,
    measure_flicker,
    measure_longest_gap,
    measure_mute,
    measure_off_screen_coverage,
    measure_silence_kept,
    measure_spill,
    silence_kept,
    spill,
)
from sfbench.eval.metrics.segments import measure_segment_f1, segment_f1
from sfbench.eval.pair import Pair
from sfbench.media.level import RATE, levels

FRAMES = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=300).map(
    lambda bits: np.array(bits, np.bool_).T
)
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


# Sound, coverage, continuity, dropouts per 10 s, longest gap in s, flicker in dB. The prototype's
# flicker of three gaps was 4.23: it gave digital silence a higher level than -120 dBFS.
CASES = {
    "reference": (REFERENCE, 1.0, 1.0, 0, 0.0, 0.71),
    "other continuous noise": (pinkish(1), 1.0, 1.0, 0, 0.0, 0.60),
    "three gaps of 0.8 s": (
        pinkish(1) * gate((1, 1.8), (4, 4.8), (7, 7.8)),
        0.775,
        0.225,
        3,
        0.75,
        6.3,
    ),
    "hiss at -75 dBFS": (pinkish(1) * 10 ** (-55 / 20), 0.0, 0.0, 1, 10.0, 0.61),
    "digital silence": (np.zeros(len(TIME)), 0.0, 0.0, 1, 10.0, 0.0),
    "5 s, then silence": (pinkish(1) * gate((5, 10)), 0.502, 0.502, 1, 4.98, 1.32),
    "flicker of 3 Hz": (
        pinkish(1) * (0.55 + 0.45 * np.sin(6 * np.pi * TIME)),
        1.0,
        1.0,
        0,
        0.0,
        12.0,
    ),
    "fade-out of 40 dB": (pinkish(1) * 10 ** (-2 * TIME / 10), 0.696, 0.696, 1, 3.04, 0.76),
}


@pytest.mark.parametrize("case", CASES)
def test_the_prototypes_table_is_met(case):
    sound, covered, whole, gone, gap, change = CASES[case]
    judged = pair(sound)
    assert measure_coverage(judged).value == pytest.approx(covered, abs=0.02)
    assert measure_continuity(judged).value == pytest.approx(whole, abs=0.03)
    assert measure_dropouts(judged).value == gone
    assert measure_longest_gap(judged).value == pytest.approx(gap, abs=0.2)
    assert flicker(judged.generated_levels) == pytest.approx(change, rel=0.25, abs=0.15)


def test_flicker_tells_a_tremolo_from_a_steady_sound():
    steady = measure_flicker(pair(CASES["other continuous noise"][0])).value
    tremolo = measure_flicker(pair(CASES["flicker of 3 Hz"][0])).value
    assert steady < 0.5
    assert tremolo > 8
    assert measure_flicker(pair(REFERENCE)).value == 0


def test_by_hand_on_ten_frames():
    expected = np.array([0, 1, 1, 1, 1, 1, 1, 0, 1, 1], np.bool_)
    active = np.array([1, 1, 0, 1, 1, 1, 0, 0, 0, 1], np.bool_)
    assert coverage(active, expected) == pytest.approx(5 / 8)
    assert spill(active, expected) == pytest.approx(1 / 6)
    assert continuity(active, expected) == pytest.approx(3 / 6)
    assert dropouts(active, expected) == pytest.approx(3 / 0.08 * 10)
    assert longest_gap(active, expected) == pytest.approx(0.01)


@settings(max_examples=60, deadline=None)
@given(frames=FRAMES)
def test_laws_of_presence(frames):
    active, expected = frames
    covered, gap = coverage(active, expected), longest_gap(active, expected)
    assert (covered is None) == (not expected.any())
    assert (spill(active, expected) is None) == (not active.any())
    if covered is not None:
        assert 0 <= continuity(active, expected) <= 1
        assert (dropouts(active, expected) == 0) == (covered == 1) == (gap == 0)
        assert gap <= (1 - covered) * expected.sum() * 0.01 + 1e-9
        assert continuity(expected, expected) == 1
        assert segment_f1(expected, expected) == 1
    assert segment_f1(active, expected) == segment_f1(expected, active)


def test_a_second_counts_when_any_of_it_does():
    expected = frames_of([(0.0, 3.0)], 500)
    assert segment_f1(frames_of([(0.5, 0.6), (1.99, 2.01)], 500), expected) == 1
    assert segment_f1(frames_of([(2.0, 4.0)], 500), expected) == pytest.approx(2 / 5)
    assert segment_f1(np.zeros(500, np.bool_), expected) == 0
    assert segment_f1(np.zeros(500, np.bool_), np.zeros(500, np.bool_)) is None
    assert segment_f1(frames_of([(1.0, 1.5)], 150), frames_of([(0.0, 1.5)], 150)) == 2 / 3


def test_sound_past_the_expected_end_spills():
    half = gate((5, 10))
    short = (REFERENCE * half).astype(np.float32)
    assert measure_spill(pair(pinkish(1), reference=short)).value == pytest.approx(0.5, abs=0.02)
    assert measure_spill(pair(pinkish(1) * half, reference=short)).value < 0.02
    assert measure_segment_f1(pair(pinkish(1), reference=short)).value == pytest.approx(
        2 / 3, abs=0.1
    )
    silent = np.zeros(len(TIME), np.float32)
    assert measure_spill(pair(silent)).reason == "mute take"
    assert measure_segment_f1(pair(silent, reference=silent)).value is None


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


def test_silence_is_kept_where_neither_sounds():
    silent = np.repeat([True, False], 100)
    assert silence_kept(~silent, silent) == 1
    assert silence_kept(np.ones(200, np.bool_), silent) == 0
    assert silence_kept(np.repeat([True, False, True], [25, 75, 100]), silent) == 0.75


def test_less_than_half_a_second_is_no_silence_to_keep():
    assert silence_kept(np.ones(200, np.bool_), np.arange(200) < 49) is None


def test_a_take_that_is_never_there_keeps_no_silence():
    gated = (REFERENCE * gate((0, 3))).astype(np.float32)
    assert silence_kept(np.zeros(200, np.bool_), np.arange(200) < 99) is None
    assert measure_silence_kept(pair(np.zeros_like(gated), gated)).reason == "mute take"


def test_a_gated_sound_keeps_its_own_silence_and_noise_fills_it():
    gated = (REFERENCE * gate((0, 3))).astype(np.float32)
    assert measure_silence_kept(pair(gated, gated)).value == 1
    assert measure_silence_kept(pair(REFERENCE, gated)).value == 0
    assert "silent for less" in measure_silence_kept(pair(REFERENCE)).reason


def test_off_screen_coverage_looks_at_what_is_not_seen():
    hidden = frames_of([(4.0, 8.0)], len(levels(REFERENCE)))
    half = dataclasses.replace(pair(REFERENCE * gate((6, 10))), off_screen=hidden)
    assert measure_off_screen_coverage(half).value == pytest.approx(0.5, abs=0.02)
    seen = dataclasses.replace(half, off_screen=~np.ones_like(hidden))
    assert measure_off_screen_coverage(seen).reason == "never off screen and expected"
    assert "nobody says" in measure_off_screen_coverage(pair(REFERENCE)).reason
