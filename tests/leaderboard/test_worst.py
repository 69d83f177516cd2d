from pathlib import Path

import pytest

from sfbench.leaderboard.runs import Run
from sfbench.leaderboard.worst import mentions, worst_clips
from sfbench.result import ClipScores, Measure
from tests.leaderboard.made_up import result, score


def run(values, *, model="a", higher=True, **more) -> Run:
    return Run(
        folder=Path(),
        scores=Path(),
        result=result(model, score(0.5, metric="coverage", higher=higher), **more),
        clips=tuple(
            ClipScores(id=identity, metrics={"coverage": Measure(value=value)})
            for identity, value in values.items()
        ),
        takes={},
    )


def ids(found):
    return [clip.id for worst in found for clip in worst.clips]


VALUES = {"a": 0.5, "b": 0.1, "c": 1.0, "d": 0.1, "e": None}


def test_the_worst_stand_first_and_equal_ones_by_id():
    assert ids(worst_clips(run(VALUES), 2)) == ["b", "d"]


def test_low_is_good_where_lower_is_better():
    assert ids(worst_clips(run(VALUES, higher=False))) == ["c", "a"]


def test_the_best_clip_and_one_without_a_number_are_never_among_the_worst():
    assert ids(worst_clips(run(VALUES))) == ["b", "d", "a"]


def test_a_system_that_does_equally_on_all_clips_has_no_worst():
    assert worst_clips(run({"a": 0.0, "b": 0.0})) == []


def test_a_clip_that_is_behind_no_score_is_not_named():
    assert ids(worst_clips(run(VALUES, left_out=["b"]))) == ["d", "a"]


@pytest.mark.parametrize(("model", "count"), [("a", 2), ("reference", 1)])
def test_the_ceiling_does_not_say_which_clips_are_hard(model, count):
    assert mentions([run(VALUES), run(VALUES, model=model)])["b"] == count
