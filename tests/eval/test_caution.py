"""What is said of distances that are weaker than they look."""

import msgspec
import numpy as np
import pytest

from sfbench.eval.aggregate import Measured, aggregate
from sfbench.eval.caution import cautions, effective_rows
from sfbench.eval.metric import metrics
from sfbench.eval.protocol import read_protocol
from sfbench.result import ClipScores, Score

FAD, KAD = metrics["fad.mel"], metrics["kad.mel"]


def score(n, **given):
    return Score(metric="fad.mel", signature="", value=1.0, n=n, higher_is_better=False, **given)


def test_fewer_rows_than_dimensions_are_told_of_a_frechet_distance_alone():
    cloud, clips = np.zeros((10, 128)), np.arange(10)
    (said,) = cautions(FAD, score(10), cloud, clips)
    assert said.startswith("10 rows are fewer than 128 dimensions")
    assert cautions(KAD, score(10), cloud, clips) == []
    assert cautions(FAD, score(10), cloud[:, :10], clips) == []


def test_a_distance_at_its_floor_cannot_be_told_from_true_sounds():
    cloud, clips = np.zeros((10, 4)), np.arange(10)
    (said,) = cautions(FAD, score(10, low=2.0, floor=3.0), cloud, clips)
    assert said == "10 clips are too few to tell it from true sounds: it is at the floor"
    assert cautions(FAD, score(10, low=4.0, floor=3.0), cloud, clips) == []


def test_rows_that_say_the_same_weigh_as_their_clips_and_unrelated_ones_as_themselves():
    random, clips = np.random.default_rng(0), np.repeat(np.arange(60), 10)
    own = random.normal(size=(60, 5))[clips]
    assert effective_rows(own, clips) == pytest.approx(60)
    assert effective_rows(random.normal(size=(600, 5)), clips) == pytest.approx(600, rel=0.1)


def test_half_of_the_variance_between_clips_by_hand():
    random, clips = np.random.default_rng(1), np.repeat(np.arange(2000), 10)
    mixed = random.normal(size=(2000, 3))[clips] + random.normal(size=(20_000, 3))
    assert effective_rows(mixed, clips) == pytest.approx(20_000 / (1 + 9 * 0.5), rel=0.05)


def test_the_mean_of_such_rows_varies_as_the_effective_number_says():
    random, clips = np.random.default_rng(2), np.repeat(np.arange(40), 8)
    draws = [random.normal(size=40)[clips] + random.normal(size=320) for _ in range(400)]
    said = np.mean([effective_rows(draw[:, None], clips) for draw in draws])
    assert 2 / np.var([draw.mean() for draw in draws]) == pytest.approx(said, rel=0.2)


def test_scores_carry_their_warnings():
    random, protocol = np.random.default_rng(3), read_protocol("basic")
    heard = [
        tuple({"embedding": random.normal(size=(3, 128))} for _ in range(2)) for _ in range(12)
    ]
    scores = [ClipScores(id=str(place)) for place in range(12)]
    measured = Measured(scores, {"mel": heard}, {"mel": "mel"})
    (fad, kad) = aggregate(
        measured, msgspec.structs.replace(protocol, metrics=["fad.mel", "kad.mel"])
    )
    assert len(fad.warnings) == 3
    assert "the 36 rows of 12 clips weigh as" in fad.warnings[1]
    assert kad.warnings[0] == fad.warnings[1]
