import numpy as np
import pytest

from sfbench.eval.metrics.frechet import frechet_distance
from sfbench.eval.metrics.kernel import kernel_distance, median_distance
from sfbench.eval.resample import part_distance, rows_by_clip


@pytest.fixture(params=[(30, 64), (30, 5)], ids=["wide", "tall"])
def clouds(request):
    random = np.random.default_rng(0)
    n, d = request.param
    return 3 + random.normal(size=(n, d)), 4 + 2 * random.normal(size=(n + 6, d))


def test_all_rows_are_at_the_whole_clouds_distance(clouds):
    everything = tuple(np.arange(len(cloud)) for cloud in clouds)
    for distance in (frechet_distance, kernel_distance):
        part = part_distance(distance, *clouds)
        assert part(*everything) == pytest.approx(distance(*clouds), rel=1e-10)


def test_some_rows_are_at_the_distance_of_those_rows(clouds):
    random = np.random.default_rng(1)
    frechet, kernel = (part_distance(one, *clouds) for one in (frechet_distance, kernel_distance))
    width = median_distance(clouds[0])
    for _ in range(5):
        some, others = random.permutation(30)[:13], random.permutation(36)[:17]
        parts = clouds[0][some], clouds[1][others]
        assert frechet(some, others) == pytest.approx(frechet_distance(*parts), rel=1e-9)
        wanted = kernel_distance(*parts, bandwidth=width)
        assert kernel(some, others) == pytest.approx(wanted, rel=1e-9)


def test_identical_parts_are_at_zero_and_no_part_is_below(clouds):
    part = part_distance(frechet_distance, clouds[0], clouds[0])
    rows = np.arange(0, 30, 2)
    spread = clouds[0].var(axis=0).sum()
    assert 0 <= part(rows, rows) <= 1e-9 * spread
    assert 0 <= part(rows, rows[::-1]) <= 1e-9 * spread


def test_any_other_distance_is_computed_on_the_rows(clouds):
    part = part_distance(lambda a, b: float(a.sum() - b.sum()), *clouds)
    rows = np.array([0, 2])
    assert part(rows, rows) == pytest.approx(clouds[0][rows].sum() - clouds[1][rows].sum())


def test_a_clip_without_rows_or_a_row_without_clip_is_refused():
    with pytest.raises(ValueError, match="none left out"):
        rows_by_clip(np.array([0, 2]), 2)
    with pytest.raises(ValueError, match="none left out"):
        rows_by_clip(np.array([-1, 0]), 2)
    with pytest.raises(ValueError, match="2 clip numbers for 3 rows"):
        rows_by_clip(np.array([0, 1]), 3)
