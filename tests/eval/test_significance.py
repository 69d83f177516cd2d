import itertools

import numpy as np
import pytest

from sfbench.eval.metrics.frechet import frechet_distance
from sfbench.eval.metrics.kernel import kernel_distance
from sfbench.eval.significance import holm, paired_distance_p, paired_mean_p

RULE = {"replicates": 199, "seed": 0}


def test_the_p_of_a_mean_nears_that_of_all_swaps():
    random = np.random.default_rng(0)
    first, second = random.normal(0.6, 1, 8), random.normal(size=8)
    differences = first - second
    swaps = np.array(list(itertools.product([-1, 1], repeat=8)))
    exact = np.mean(np.abs((swaps * differences).mean(axis=1)) >= abs(differences.mean()) - 1e-12)
    assert paired_mean_p(first, second, replicates=20_000, seed=0) == pytest.approx(exact, abs=0.01)


def test_the_order_of_the_systems_does_not_matter():
    random = np.random.default_rng(1)
    first, second = random.normal(size=(2, 20))
    assert paired_mean_p(first, second, **RULE) == paired_mean_p(second, first, **RULE)


def test_systems_that_are_alike_seldom_seem_different():
    random = np.random.default_rng(2)
    values = [paired_mean_p(*random.normal(size=(2, 30)), **RULE) for _ in range(300)]
    assert 0.02 <= np.mean(np.array(values) <= 0.05) <= 0.09


def test_a_constant_lead_is_as_sure_as_the_replicates_allow():
    values = np.random.default_rng(3).normal(size=40)
    assert paired_mean_p(values + 1, values, **RULE) == 1 / 200


def test_unpaired_values_are_refused():
    with pytest.raises(ValueError, match="both sides"):
        paired_mean_p([1.0], [1.0, 2.0], **RULE)
    with pytest.raises(ValueError, match="both sides"):
        paired_mean_p([], [], **RULE)


@pytest.mark.parametrize("distance", [frechet_distance, kernel_distance])
@pytest.mark.parametrize("d", [4, 60])
def test_a_system_that_is_farther_off_is_found_out_and_a_copy_is_not(distance, d):
    random = np.random.default_rng(4)
    truth = random.normal(size=(40, d))
    near, far = truth + 0.3 * random.normal(size=(2, 40, d))
    assert paired_distance_p(distance, truth, near, far + 1.0, **RULE) == 1 / 200
    assert paired_distance_p(distance, truth, near, near, **RULE) == 1


def test_two_systems_of_one_law_seldom_seem_at_different_distances():
    random = np.random.default_rng(5)
    values = [
        paired_distance_p(
            frechet_distance, *random.normal(size=(3, 12, 20)), replicates=39, seed=trial
        )
        for trial in range(120)
    ]
    assert np.mean(np.array(values) <= 0.05) <= 0.12


def test_rows_of_a_clip_are_swapped_together():
    random = np.random.default_rng(6)
    truth = random.normal(size=(20, 3))
    clips = np.repeat(np.arange(10), 2)
    first, second = truth + 0.1, truth + 0.9
    p = paired_distance_p(frechet_distance, truth, first, second, clips=(clips, clips), **RULE)
    assert p == pytest.approx(3 / 200, abs=0.02)
    alone = np.zeros(20, np.intp)  # a single clip: its swap changes no absolute difference
    both = (alone, alone)
    assert paired_distance_p(frechet_distance, truth, first, second, clips=both, **RULE) == 1


def test_systems_with_different_clips_are_refused():
    cloud = np.zeros((5, 2))
    with pytest.raises(ValueError, match="5 and 4 clips"):
        paired_distance_p(frechet_distance, cloud, cloud, cloud[:4], **RULE)


def test_holms_correction_by_hand_and_its_laws():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.7, 0.6]) == [1.0, 1.0]
    assert holm([]) == []
    values = np.random.default_rng(7).random(20)
    safe = np.array(holm(values.tolist()))
    assert (safe >= values).all()
    assert (np.diff(safe[np.argsort(values)]) >= 0).all()
