import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfbench.eval import frechet_distance


@pytest.fixture(params=[(20, 8), (8, 20), (300, 16)], ids=["tall", "wide", "very tall"])
def cloud(request):
    return np.random.default_rng(3).normal(size=request.param)


def test_a_cloud_is_at_no_distance_from_itself(cloud):
    assert frechet_distance(cloud, cloud) == pytest.approx(0, abs=1e-9)


def test_a_shift_costs_its_square(cloud):
    width = cloud.shape[1]
    assert frechet_distance(cloud, cloud + 2) == pytest.approx(width * 2**2)


def test_a_scale_costs_the_square_of_its_spread(cloud):
    centred = cloud - cloud.mean(axis=0)
    variance = centred.var(axis=0, ddof=1).sum()
    assert frechet_distance(centred, 3 * centred) == pytest.approx((3 - 1) ** 2 * variance)


def test_the_distance_is_symmetric(cloud):
    other = np.random.default_rng(4).normal(1, 2, size=(len(cloud) + 5, cloud.shape[1]))
    assert frechet_distance(cloud, other) == pytest.approx(frechet_distance(other, cloud))


def test_turning_both_clouds_changes_nothing(cloud):
    other = np.random.default_rng(5).normal(1, 2, size=cloud.shape)
    turn, _ = np.linalg.qr(np.random.default_rng(6).normal(size=(cloud.shape[1],) * 2))
    assert frechet_distance(cloud @ turn, other @ turn) == pytest.approx(
        frechet_distance(cloud, other)
    )


def test_it_agrees_with_the_matrix_square_root():
    from scipy.linalg import sqrtm

    random = np.random.default_rng(7)
    first, second = random.normal(size=(200, 6)), random.normal(0.5, 1.5, size=(150, 6))
    covariances = [np.cov(one, rowvar=False) for one in (first, second)]
    shift = first.mean(axis=0) - second.mean(axis=0)
    root = sqrtm(covariances[0] @ covariances[1]).real
    wanted = shift @ shift + np.trace(covariances[0] + covariances[1] - 2 * root)
    assert frechet_distance(first, second) == pytest.approx(wanted, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(2, 40),
    width=st.integers(1, 40),
    rank=st.integers(0, 5),
    scale=st.sampled_from([1e-6, 1.0, 1e6]),
    seed=st.integers(0, 10_000),
)
def test_identical_clouds_of_any_rank_and_scale_are_at_zero(rows, width, rank, scale, seed):
    random = np.random.default_rng(seed)
    cloud = scale * random.normal(size=(rows, rank)) @ random.normal(size=(rank, width))
    distance = frechet_distance(cloud, cloud.copy())
    assert 0 <= distance <= 1e-9 * max(1.0, np.sum(cloud**2))


@pytest.mark.parametrize(
    "first, second, complaint",
    [
        (np.zeros((4, 8)), np.zeros((4, 7)), "widths differ: 8 and 7"),
        (np.zeros((1, 8)), np.zeros((4, 8)), "2 rows"),
        (np.zeros(8), np.zeros(8), r"\[clips, dimensions\]"),
        (np.full((4, 2), np.nan), np.zeros((4, 2)), "not finite"),
    ],
)
def test_what_has_no_distance_is_refused(first, second, complaint):
    with pytest.raises(ValueError, match=complaint):
        frechet_distance(first, second)
