from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfbench.eval.activity import frames_of
from sfbench.eval.metrics.onset import (
    OnsetScore,
    first_onset_error,
    matches,
    measure_onset_error,
    measure_onset_f1,
    onset_score,
    onset_times,
)
from tests.eval.test_continuity import REFERENCE, TIME, gate, pair, pinkish

TIMES = st.lists(st.integers(0, 40), max_size=6, unique=True).map(
    lambda ticks: [tick / 20 for tick in sorted(ticks)]
)


def span(*intervals):
    return frames_of(list(intervals), 500)


def test_late_is_positive_and_early_negative():
    assert first_onset_error(span((1.3, 2)), span((1.0, 4))) == 300
    assert first_onset_error(span((0.8, 2)), span((1.0, 4))) == -200
    assert first_onset_error(span((0, 2)), span((0, 4))) == 0


def test_without_a_sound_on_both_sides_there_is_no_error():
    assert first_onset_error(span(), span((1, 2))) is None
    assert first_onset_error(span((1, 2)), span()) is None


def test_starts_are_where_stretches_begin():
    assert onset_times(span((0, 1), (2.5, 3))) == [0.0, 2.5]


def test_a_start_is_matched_once():
    assert onset_score([1.0], [0.95, 1.05], 0.1) == OnsetScore(0.5, 1.0, 2 / 3)
    assert onset_score([1.0, 1.1], [1.05], 0.1) == OnsetScore(1.0, 0.5, 2 / 3)


def test_the_tolerance_belongs_to_the_match():
    assert matches([0.3], [0.4], 0.1) == 1
    assert matches([0.3], [0.41], 0.1) == 0
    assert matches([0.3], [0.41], 0.25) == 1


def test_what_is_undefined_is_none_and_a_missed_start_is_zero():
    assert onset_score([], [], 0.1) == OnsetScore(None, None, None)
    assert onset_score([1.0], [], 0.1) == OnsetScore(None, 0.0, 0.0)
    assert onset_score([], [1.0], 0.1) == OnsetScore(0.0, None, 0.0)


@settings(max_examples=80, deadline=None)
@given(reference=TIMES, generated=TIMES, tolerance=st.sampled_from([0.1, 0.25]))
def test_no_other_matching_finds_more_pairs(reference, generated, tolerance):
    few, many = sorted([reference, generated], key=len)
    best = max(
        sum(abs(a - b) <= tolerance + 1e-9 for a, b in zip(few, order, strict=True))
        for order in permutations(many, len(few))
    )
    assert matches(reference, generated, tolerance) == best
    assert matches(generated, reference, tolerance) == best


def test_a_take_that_enters_late_is_late_by_that_much():
    late = pair(pinkish(1) * gate((0, 2)))
    assert measure_onset_error(late).value == pytest.approx(2000, abs=50)
    assert measure_onset_f1(late, 0.25).value == 0
    assert measure_onset_error(pair(REFERENCE)).value == 0
    assert measure_onset_f1(pair(REFERENCE), 0.1).value == 1


def test_mute_takes_and_empty_references_have_reasons():
    silence = np.zeros(len(TIME), np.float32)
    assert measure_onset_error(pair(silence)).reason == "mute take"
    assert measure_onset_error(pair(REFERENCE, silence)).reason == "no sound is expected"
    assert measure_onset_f1(pair(silence, silence), 0.1).value is None
