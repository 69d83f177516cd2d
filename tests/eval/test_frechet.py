import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfbench.eval import frechet_distance
from sfbench.eval.metrics.collapse import collapsed_frechet_distance
from tests.golden.rule import vectors


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


CLOUDS = {
    "of low rank": lambda random, n, d: random.normal(size=(n, 3)) @ random.normal(size=(3, d)),
    "constant": lambda random, n, d: np.full((n, d), random.normal()),
    "nearly constant": lambda random, n, d: 1e6 + 1e-3 * random.normal(size=(n, d)),
    "of repeated rows": lambda random, n, d: random.normal(size=(2, d))[np.arange(n) % 2],
    "badly scaled": lambda random, n, d: (
        random.normal(size=(n, d)) * 10 ** random.uniform(-8, 8, d)
    ),
    "far from zero": lambda random, n, d: random.normal(size=(n, d)) + 1e5,
    "of single precision": lambda random, n, d: random.normal(size=(n, d)).astype(np.float32),
}


@pytest.mark.parametrize("kind", CLOUDS)
@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(2, 40),
    d=st.integers(1, 40),
    scale=st.sampled_from([1e-9, 1.0, 1e9]),
    seed=st.integers(0, 10_000),
)
def test_identical_clouds_of_any_kind_are_at_zero_and_no_distance_is_negative(
    kind, n, d, scale, seed
):
    random = np.random.default_rng(seed)
    cloud = np.asarray(scale * CLOUDS[kind](random, n, d))
    spread = np.asarray(cloud, np.float64).var(axis=0, ddof=1).sum()
    assert 0 <= frechet_distance(cloud, cloud.copy()) <= 1e-9 * spread
    rounding = 1e-15 * np.sum(np.asarray(cloud, np.float64) ** 2)
    assert 0 <= frechet_distance(cloud, cloud[::-1]) <= 1e-9 * spread + rounding
    other = np.asarray(scale * CLOUDS[kind](random, n + 3, d))
    distance = frechet_distance(cloud, other)
    assert np.isfinite(distance)
    assert distance >= 0
    assert distance == pytest.approx(frechet_distance(other, cloud), rel=1e-6, abs=rounding)


GOLDEN = vectors("clouds")


@pytest.mark.parametrize("case", range(3))
def test_it_is_exact_and_the_upstream_tools_round(case):
    value = frechet_distance(GOLDEN[f"x{case}"], GOLDEN[f"y{case}"])
    assert value == pytest.approx(float(GOLDEN[f"exact_{case}"]), abs=1e-10)
    for tool in ("frechet_audio_distance", "fadtk"):
        assert value == pytest.approx(float(GOLDEN[f"{tool}_{case}"]), abs=1e-7)


@pytest.mark.parametrize("case", range(3))
def test_the_known_collapse_of_panns_is_reproduced_and_far_from_the_distance(case):
    clouds = GOLDEN[f"x{case}"], GOLDEN[f"y{case}"]
    value = collapsed_frechet_distance(*clouds)
    assert value == pytest.approx(float(GOLDEN[f"pann_collapse_formula_{case}"]), abs=1e-12)
    assert value == pytest.approx(float(GOLDEN[f"pann_collapse_scipy_1_11_{case}"]), rel=1e-6)
    assert value < frechet_distance(*clouds) / 100


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
