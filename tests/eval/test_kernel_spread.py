import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sfbench.eval import kernel_distance
from sfbench.eval.metrics.kernel import median_distance
from sfbench.eval.metrics.kernel_spread import Spread, kernel_interval, spread


def deviation(*pair):
    return float(np.sqrt(max(sum(spread(*pair)), 0)))


def spread_of(draw, times=150):
    """How far distances and what `deviation` says of them lie, over fresh samples."""
    pairs = [draw() for _ in range(times)]
    values = [kernel_distance(*pair) for pair in pairs]
    return np.std(values), np.mean([deviation(*pair) for pair in pairs])


def test_the_deviation_is_that_of_distances_of_fresh_samples():
    random = np.random.default_rng(5)
    seen, said = spread_of(lambda: (random.normal(size=(50, 6)), random.normal(0.5, 1, (50, 6))))
    assert said == pytest.approx(seen, rel=0.15)


def test_a_system_that_copies_part_of_each_clip_has_the_deviation_of_such_systems():
    random = np.random.default_rng(6)

    def draw():
        truth = random.normal(size=(50, 6))
        return truth, truth + random.normal(0.3, 0.3, size=(50, 6))

    seen, said = spread_of(draw)
    assert said == pytest.approx(seen, rel=0.3)


def test_even_a_copy_of_the_truth_would_score_otherwise_with_other_clips():
    random = np.random.default_rng(7)
    truths = [random.normal(size=(12, 4)) for _ in range(100)]
    scores = [kernel_distance(truth, truth) for truth in truths]
    assert np.std(scores) > 0.05
    for truth, score in zip(truths, scores, strict=True):
        low, high = kernel_interval(score, spread(truth, truth), 1.96)
        assert low < score - 0.05
        assert high > score + 0.05


@given(st.floats(-5, 50), st.floats(-1, 9), st.floats(0, 9))
@example(0.0, 1.0, 2.2e-313)
@example(5e-324, 9.0, 0.0)
def test_laws_of_the_interval(value, shared, alone):
    low, high = kernel_interval(value, Spread(shared, alone), 1.96)
    assert low <= value + 1e-9
    assert value <= high + 1e-9
    wide = kernel_interval(value, Spread(shared, alone), 2.58)
    assert wide[0] <= low + 1e-9
    assert high <= wide[1] + 1e-9


def test_far_from_the_truth_the_interval_nears_the_symmetric_one():
    low, high = kernel_interval(100.0, Spread(1.0, 1e-6), 1.96)
    assert (low, high) == pytest.approx((98.04, 101.96), abs=0.05)


def test_the_deviation_is_that_of_the_mean_over_pairs_of_clips():
    random = np.random.default_rng(8)
    first, second = random.normal(size=(9, 3)), random.normal(1, 1, size=(9, 3))
    squares = {
        key: ((one[:, None] - other[None]) ** 2).sum(axis=2)
        for key, one, other in (
            ("own", first, first),
            ("across", first, second),
            ("made", second, second),
        )
    }
    kernel = {
        key: np.exp(-square / (2 * median_distance(first) ** 2 + 1e-8))
        for key, square in squares.items()
    }
    off = ~np.eye(9, dtype=bool)
    counted = (kernel["own"] + kernel["made"]) * off / 72 - (kernel["across"] * 2) / 81
    counted = (counted + counted.T) / 2
    alone = np.diag(counted)
    pairs = 72 * counted + 9 * (alone[:, None] + alone) / 2
    assert 100 * pairs[off].mean() == pytest.approx(kernel_distance(first, second))
    four = list(itertools.permutations(range(9), 4))
    three = list(itertools.permutations(range(9), 3))
    square = np.mean([pairs[i, j] * pairs[k, m] for i, j, k, m in four])
    shared = np.mean([pairs[i, j] * pairs[i, k] for i, j, k in three]) - square
    spread = (pairs[off] ** 2).mean() - square
    wanted = 100 * np.sqrt((4 * 7 * shared + 2 * spread) / 72)
    assert deviation(first, second) == pytest.approx(wanted, rel=1e-9)


def test_rows_of_one_clip_count_as_one():
    random = np.random.default_rng(9)
    clips = np.repeat(np.arange(30), 5)
    first = random.normal(size=(30, 3))[clips] + 0.01 * random.normal(size=(150, 3))
    second = random.normal(1, 1, size=(30, 3))[clips] + 0.01 * random.normal(size=(150, 3))
    assert deviation(first, second, (clips, clips)) > 1.8 * deviation(first, second)
    shuffled = random.permutation(150)
    mixed = deviation(first[shuffled], second, (clips[shuffled], clips))
    assert mixed == pytest.approx(deviation(first, second, (clips, clips)))
