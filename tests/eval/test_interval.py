import numpy as np
import pytest

from sfbench.eval.interval import cloud_interval, mean_interval, real_floor
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


def test_intervals_of_a_mean_cover_the_truth_in_nineteen_of_twenty_samples():
    random, rule = np.random.default_rng(2), RULE | {"replicates": 1000}
    hits = 0
    for _ in range(200):
        low, high = mean_interval(random.exponential(size=95), **rule)
        hits += low <= 1 <= high
    assert 0.90 <= hits / 200 <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("shift", [0, 0.15, 0.7], ids=["equal", "a little off", "far off"])
def test_intervals_of_a_kernel_distance_cover_the_truth_in_nineteen_of_twenty_samples(shift):
    random, scale = np.random.default_rng(3), np.arange(1, 25) ** -0.5

    def draw(n):
        first, second = random.normal(size=(2, n, 24)) * scale
        return first, second + shift * scale

    truth = np.mean([kernel_distance(*draw(500)) for _ in range(40)]) if shift else 0.0
    hits = 0
    for _ in range(200):
        low, high = cloud_interval(kernel_distance, *draw(95), **RULE)
        hits += low <= truth <= high
    assert 0.90 <= hits / 200 <= 0.99


def test_a_system_equal_to_the_truth_lies_at_or_below_its_floor():
    random = np.random.default_rng(10)
    for _ in range(20):
        first, second = random.normal(size=(2, 40, 60))
        rule = {"replicates": 20, "seed": 0}
        assert frechet_distance(first, second) <= real_floor(frechet_distance, first, **rule)


def test_the_floor_of_a_kernel_distance_lies_within_the_interval_of_an_equal_system():
    random, held = np.random.default_rng(11), 0
    for _ in range(40):
        first, second = random.normal(size=(2, 40, 6))
        floor = real_floor(kernel_distance, first, replicates=20, seed=0)
        low, high = cloud_interval(kernel_distance, first, second, **RULE)
        held += low <= floor <= high
    assert held / 40 >= 0.9


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


def test_rows_of_a_clip_are_drawn_together():
    random = np.random.default_rng(5)
    clips = np.repeat(np.arange(40), 10)
    alike = random.normal(size=(40, 3))[clips] + 0.01 * random.normal(size=(400, 3))
    other = alike + random.normal(1, 1, size=(40, 3))[clips]
    loose = np.ptp(cloud_interval(frechet_distance, alike, other, **RULE))
    together = np.ptp(cloud_interval(frechet_distance, alike, other, clips=(clips, clips), **RULE))
    assert together > 2 * loose, "ten rows of a clip are no ten clips"


def test_a_row_per_clip_may_be_said_or_not():
    first, second = np.random.default_rng(6).normal(size=(2, 20, 30))
    one = np.arange(20)
    said = cloud_interval(frechet_distance, first, second, clips=(one, one), **RULE)
    assert said == cloud_interval(frechet_distance, first, second, **RULE)


def test_the_floor_is_what_two_halves_of_the_truth_score():
    random = np.random.default_rng(7)
    truth = random.normal(size=(60, 40))
    floor = real_floor(frechet_distance, truth, replicates=50, seed=0)
    fresh = [frechet_distance(*random.normal(size=(2, 30, 40))) for _ in range(50)]
    assert floor == pytest.approx(np.mean(fresh), rel=0.1)
    assert abs(real_floor(kernel_distance, truth, replicates=50, seed=0)) < 1


def test_the_floor_falls_with_more_clips():
    truth = np.random.default_rng(8).normal(size=(400, 6))
    small, large = (
        real_floor(frechet_distance, truth[:n], replicates=40, seed=0) for n in (40, 400)
    )
    assert large < small / 4


def test_halves_of_a_floor_share_no_clip():
    clips = np.repeat(np.arange(8), 5)
    alike = np.random.default_rng(9).normal(size=(8, 2))[clips]
    loose = real_floor(frechet_distance, alike, replicates=40, seed=0)
    assert real_floor(frechet_distance, alike, clips=clips, replicates=40, seed=0) > 2 * loose
    with pytest.raises(ValueError, match="4 or more clips, not 3"):
        real_floor(frechet_distance, alike[:3], replicates=2, seed=0)
