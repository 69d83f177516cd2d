import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sfbench.encoders.grounding.pooling import CLIP_POOLINGS, active, coverage, pooled
from tests.golden import rule

UPSTREAM = rule.vectors("grounding")
CURVES = arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1))


@pytest.mark.parametrize("how", CLIP_POOLINGS)
def test_pooling_is_upstreams(how):
    theirs = UPSTREAM[f"clip_{how.replace('-', '_')}"]
    for clip, length in enumerate(UPSTREAM["length"]):
        for prompt, curve in enumerate(UPSTREAM["frame_scores"][clip]):
            assert pooled(curve[:length], how) == pytest.approx(theirs[clip, prompt], abs=1e-6)


@given(CURVES)
def test_linear_softmax_lies_between_mean_and_maximum(curve):
    score = pooled(curve)
    assert pooled(curve, "mean") - 1e-9 <= score <= pooled(curve, "max") + 1e-9


@given(CURVES)
def test_order_does_not_matter_to_a_clips_score_and_share(curve):
    assert pooled(curve[::-1]) == pytest.approx(pooled(curve))
    forth, back = active(curve, 0.6, 0.3), active(curve[::-1], 0.6, 0.3)
    assert forth.tolist() == back[::-1].tolist()


@given(CURVES, st.floats(0, 1), st.floats(0, 1))
def test_runs_hold_what_reaches_the_higher_and_nothing_below_the_lower(curve, one, other):
    low, high = sorted((one, other))
    there = active(curve, high, low)
    assert (there >= (curve >= high)).all()
    assert (there <= (curve >= low)).all()
    found = coverage(there, 25)
    assert sum(end - begin for begin, end in found.runs) == pytest.approx(there.sum() / 25)
    assert found.share == pytest.approx(there.mean())


def test_a_run_that_never_reaches_the_higher_threshold_is_none():
    curve = np.array([0.4] * 10 + [0.0] * 5 + [0.4, 0.6, 0.4] + [0.0] * 2)
    found = coverage(active(curve, 0.5, 0.3), 25)
    assert found.runs == ((0.6, 0.72),)
    assert found.longest == pytest.approx(0.12)
    assert found.share == 3 / 20


def test_nothing_to_hear_is_zero():
    assert pooled(np.zeros(5)) == pooled(np.zeros(0)) == 0.0
    nothing = coverage(active(np.zeros(0)), 25)
    assert (nothing.share, nothing.runs, nothing.longest) == (0.0, (), 0.0)


def test_wrong_words_and_thresholds_are_refused():
    with pytest.raises(ValueError, match="linear-softmax"):
        pooled(np.ones(2), "median")
    with pytest.raises(ValueError, match="above high"):
        active(np.ones(2), 0.4, 0.5)
