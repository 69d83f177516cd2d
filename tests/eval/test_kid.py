import numpy as np
import pytest

from sfbench.eval.metrics.kid import kernel_inception_distance
from tests.golden.rule import vectors

GOLDEN = vectors("clouds")


def by_hand(first, second):
    """The definition, pair by pair."""
    n, width = first.shape

    def kernel(a, b):
        return (a @ b / width + 1) ** 3

    def within(cloud):
        return np.mean([kernel(cloud[i], cloud[j]) for i in range(n) for j in range(n) if i != j])

    across = np.mean([kernel(a, b) for a in first for b in second])
    return within(first) + within(second) - 2 * across


def test_a_subset_of_everything_is_the_definition():
    random = np.random.default_rng(0)
    first, second = random.normal(size=(7, 3)), random.normal(1, 2, size=(7, 3))
    mean, deviation = kernel_inception_distance(first, second, subsets=3)
    assert mean == pytest.approx(by_hand(first, second), rel=1e-9)
    assert deviation == pytest.approx(0, abs=1e-9)


def test_two_samples_of_one_law_are_near_zero_on_average():
    random = np.random.default_rng(1)
    values = [
        kernel_inception_distance(random.normal(size=(30, 8)), random.normal(size=(30, 8)))[0]
        for _ in range(40)
    ]
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(len(values))


@pytest.mark.parametrize("case", range(3))
@pytest.mark.parametrize(
    "name, rule", [("default", {}), ("subset20", {"subsets": 10, "subset_size": 20})]
)
def test_it_draws_and_answers_as_the_upstream_tools_do(case, name, rule):
    answer = kernel_inception_distance(GOLDEN[f"x{case}"], GOLDEN[f"y{case}"], **rule)
    wanted = [float(GOLDEN[f"kid_{name}_{part}_{case}"]) for part in ("mean", "std")]
    assert answer == pytest.approx(wanted, abs=1e-6)


def test_a_subset_of_one_row_is_refused():
    with pytest.raises(ValueError, match="2 or more"):
        kernel_inception_distance(np.ones((3, 2)), np.ones((3, 2)), subset_size=1)
