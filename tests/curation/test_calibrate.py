import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfbench.curation.calibrate import Judged, calibrated, operate, score_curve
from sfbench.curation.grounding_rule import GroundingRule

RULE = GroundingRule(
    encoder="grounding-mini", score=0.5, coverage=0.2, begin=0.5, go_on=0.3, known_words=1.0
)
SHARE = st.floats(0, 1)
CLIPS = st.lists(st.builds(Judged, SHARE, SHARE, st.booleans()), min_size=1, max_size=20)


def clips(heard, unheard):
    return [Judged(score, 1.0, True) for score in heard] + [
        Judged(score, 1.0, False) for score in unheard
    ]


def test_between_two_clear_heaps_the_middle_is_chosen():
    best = calibrated(clips([0.8, 0.9], [0.2, 0.1]), RULE)
    assert (best.score, best.precision, best.recall, best.kept) == (0.51, 1.0, 1.0, 2)


def test_coverage_that_is_too_small_costs_recall_at_every_score():
    some = [Judged(0.9, 0.1, True), Judged(0.9, 0.9, True), Judged(0.1, 0.9, False)]
    assert calibrated(some, RULE).recall == 0.5


@given(CLIPS)
def test_a_higher_threshold_keeps_no_more(some):
    curve = score_curve(some, 0.3)
    assert (np.diff([point.kept for point in curve]) <= 0).all()
    assert (np.diff([point.recall for point in curve]) <= 0).all()


@given(CLIPS)
def test_without_thresholds_all_is_kept(some):
    everything = operate(some, 0.0, 0.0)
    assert everything.kept == len(some)
    assert everything.recall == 1.0
    assert everything.precision == pytest.approx(np.mean([clip.heard for clip in some]))


def test_one_kind_of_clip_is_not_enough():
    with pytest.raises(ValueError, match="clips whose label is heard"):
        calibrated(clips([0.8], []), RULE)
