"""The span over which the two sounds of a clip are compared."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfbench.errors import ClipError
from sfbench.eval.protocol import Window
from sfbench.eval.window import common_span, cut, samples, shifted

CROP = Window(start=0.0, seconds=10.0, min_seconds=1.0)
PAD = Window(start=0.0, seconds=10.0, min_seconds=1.0, policy="pad")
REJECT = Window(start=0.0, seconds=10.0, min_seconds=1.0, policy="reject")


def test_a_late_take_is_compared_on_the_span_that_it_covers():
    assert common_span(CROP, 5.0, 1.5, 3.0) == (1.5, 4.5)
    assert common_span(CROP, 20.0, 0.0, 20.0) == (0.0, 10.0)


def test_cropping_takes_the_span_of_a_short_system_from_the_truth_too():
    span = common_span(CROP, 10.0, 0.0, 8.176)
    sound = {16_000: np.arange(160_000, dtype=np.float32)}
    assert len(cut("a", sound, span).sounds[16_000]) == 130_816


def test_padding_fills_both_with_silence():
    span = common_span(PAD, 10.0, 2.0, 3.0)
    assert span == (0.0, 10.0)
    made = cut("a", {100: np.ones(300, np.float32)}, shifted(span, 2.0)).sounds[100]
    assert len(made) == 1000
    assert np.flatnonzero(made).tolist() == list(range(200, 500))


def test_rejecting_forgives_a_rounded_cut_and_nothing_more():
    assert common_span(REJECT, 9.98, 0.0, 10.0) == (0.0, 9.98)
    with pytest.raises(ClipError, match=r"shares 8\.18 s with the clip, not 9\.95 s"):
        common_span(REJECT, 10.0, 0.0, 8.176)


@pytest.mark.parametrize("window", [CROP, PAD, REJECT])
def test_too_short_a_take_fails_under_every_policy(window):
    with pytest.raises(ClipError, match="too-short"):
        common_span(window, 10.0, 0.0, 0.3)


def test_the_mean_is_removed_from_what_is_compared_alone():
    sound = np.concatenate([np.full(100, 9), np.arange(100)]).astype(np.float32)
    part = cut("a", {100: sound}, (1.0, 2.0), remove_dc=True).sounds[100]
    assert part.mean() == pytest.approx(0, abs=1e-5)
    assert part[-1] - part[0] == 99


@given(
    length=st.integers(1, 400),
    start=st.floats(-3, 3).map(lambda x: round(x, 2)),
    seconds=st.floats(0.1, 5).map(lambda x: round(x, 2)),
)
def test_a_cut_has_the_length_of_its_span_and_the_sound_where_it_lies(length, start, seconds):
    sound, span = np.arange(1, length + 1, dtype=np.float32), (start, start + seconds)
    part = cut("a", {100: sound}, span).sounds[100]
    assert len(part) == samples(span, 100)
    begin = round(start * 100)
    expected = [
        place + 1 if 0 <= place < length else 0 for place in range(begin, begin + len(part))
    ]
    assert part.tolist() == expected
