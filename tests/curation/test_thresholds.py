import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfbench.curation.thresholds import (
    GRID,
    Judged,
    average_precision,
    choose,
    operate,
    score_curve,
)

SHARE = st.integers(0, 1000).map(lambda part: part / 1000)
CLIPS = st.lists(st.builds(Judged, SHARE, SHARE, st.booleans()), min_size=1, max_size=20)


def clips(heard, unheard):
    return [Judged(score, 1.0, True) for score in heard] + [
        Judged(score, 1.0, False) for score in unheard
    ]


def f1(point):
    precision, recall = point.precision or 0.0, point.recall or 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def test_between_two_clear_heaps_the_middle_is_chosen():
    best = choose(clips([0.8, 0.9], [0.2, 0.1]))
    assert (best.score, best.coverage) == (0.5, 0.5)  # 0.21 to 0.80, and 0 to 1
    assert (best.precision, best.recall, best.kept) == (1.0, 1.0, 2)


def test_both_thresholds_are_chosen():
    loud = [Judged(0.9, 0.9, True), Judged(0.9, 0.2, False), Judged(0.3, 0.9, False)]
    best = choose(loud)
    assert (best.precision, best.recall) == (1.0, 1.0)
    assert 0.3 < best.score <= 0.9 and 0.2 < best.coverage <= 0.9


@given(CLIPS)
def test_no_pair_of_the_grid_is_better_than_the_one_chosen(some):
    if len({clip.heard for clip in some}) < 2:
        return
    best = f1(choose(some))
    pairs = np.random.default_rng(0).choice(GRID, (60, 2))
    assert all(f1(operate(some, *pair)) <= best + 1e-9 for pair in pairs)


@given(CLIPS)
def test_a_higher_threshold_keeps_no_more(some):
    curve = score_curve(some, 0.3)
    assert (np.diff([point.kept for point in curve]) <= 0).all()
    recalls = [point.recall for point in curve]
    assert None in recalls or (np.diff(recalls) <= 0).all()


@given(CLIPS)
def test_without_thresholds_all_is_kept(some):
    everything = operate(some, 0.0, 0.0)
    assert everything.kept == len(some)
    assert everything.recall == (1.0 if any(clip.heard for clip in some) else None)
    assert everything.precision == pytest.approx(np.mean([clip.heard for clip in some]))


def test_what_cannot_be_had_is_none():
    nothing = operate(clips([], [0.1]), 0.5, 0.5)
    assert (nothing.kept, nothing.precision, nothing.recall) == (0, None, None)


def test_average_precision_of_perfect_reversed_and_tied_scores():
    assert average_precision(clips([0.9, 0.8], [0.1])) == 1.0
    assert average_precision(clips([0.1], [0.9, 0.8])) == pytest.approx(1 / 3)
    assert average_precision(clips([0.5], [0.5, 0.5, 0.5])) == 0.25


def test_one_kind_of_clip_is_not_enough():
    with pytest.raises(ValueError, match="clips whose label is heard"):
        choose(clips([0.8], []))
