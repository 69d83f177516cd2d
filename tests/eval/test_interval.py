import numpy as np
import pytest

from sfbench.eval.interval import cloud_interval, mean_interval
from sfbench.eval.metrics.frechet import frechet_distance
from sfbench.eval.metrics.kernel import kernel_distance

RULE = {"level": 0.95, "replicates": 300, "seed": 0}


def test_the_interval_of_a_mean_is_the_textbooks():
    values = np.random.default_rng(0).normal(5, 2, 400)
    low, high = mean_interval(values, level=0.95, replicates=4000, seed=0)
    reach = 1.96 * values.std(ddof=1) / np.sqrt(400)
    assert low == pytest.approx(values.mean() - reach, abs=0.03)
    assert high == pytest.approx(values.mean() + reach, abs=0.03)


def test_equal_seeds_give_equal_intervals():
    values = np.random.default_rng(1).random(20)
    assert mean_interval(values, **RULE) == mean_interval(values, **RULE)


@pytest.mark.slow
def test_intervals_of_a_mean_cover_the_truth_about_as_often_as_they_say():
    random = np.random.default_rng(2)
    hits = 0
    for _ in range(200):
        low, high = mean_interval(random.exponential(size=60), **RULE)
        hits += low <= 1 <= high
    assert 0.86 <= hits / 200 <= 0.99


@pytest.mark.slow
def test_intervals_of_a_kernel_distance_cover_the_truth_about_as_often_as_they_say():
    random = np.random.default_rng(3)
    far = random.normal(size=(4000, 3)), random.normal(0.7, 1, size=(4000, 3))
    truth = np.mean([kernel_distance(far[0][i::20], far[1][i::20]) for i in range(20)])
    hits = 0
    for _ in range(100):
        first, second = random.normal(size=(60, 3)), random.normal(0.7, 1, size=(60, 3))
        rule = RULE | {"replicates": 60}
        low, high = cloud_interval(kernel_distance, first, second, **rule)
        hits += low <= truth <= high
    assert 0.86 <= hits / 100 <= 1


def test_more_clips_narrow_the_interval():
    random = np.random.default_rng(4)
    wide, narrow = (
        np.ptp(
            cloud_interval(
                frechet_distance, random.normal(size=(n, 4)), random.normal(1, 1, (n, 4)), **RULE
            )
        )
        for n in (20, 320)
    )
    assert narrow < wide / 2


def test_too_few_or_unpaired_clips_are_refused():
    with pytest.raises(ValueError, match="4 or more"):
        cloud_interval(frechet_distance, np.zeros((3, 2)), np.zeros((3, 2)), **RULE)
