import numpy as np
import pytest

from sfbench.eval import kernel_distance
from sfbench.eval.metrics.kernel import median_distance
from tests.golden.rule import vectors


def by_hand(reference, generated):
    """The definition, pair by pair."""

    def distance(a, b):
        return float(np.sqrt(((a - b) ** 2).sum()))

    n, m = len(reference), len(generated)
    pairs = [distance(reference[i], reference[j]) for i in range(n) for j in range(i + 1, n)]
    lower_median = sorted(pairs)[(len(pairs) - 1) // 2]
    gamma = 1 / (2 * lower_median**2 + 1e-8)

    def kernel(a, b):
        return np.exp(-gamma * distance(a, b) ** 2)

    within = [kernel(reference[i], reference[j]) for i in range(n) for j in range(n) if i != j]
    among = [kernel(generated[i], generated[j]) for i in range(m) for j in range(m) if i != j]
    across = [kernel(a, b) for a in reference for b in generated]
    return 100 * (np.mean(within) + np.mean(among) - 2 * np.mean(across))


def test_it_is_the_definition():
    random = np.random.default_rng(0)
    first, second = random.normal(size=(9, 3)), random.normal(1, 2, size=(7, 3))
    assert kernel_distance(first, second) == pytest.approx(by_hand(first, second), rel=1e-9)


def test_two_samples_of_one_law_are_near_zero_on_average():
    random = np.random.default_rng(1)
    values = [
        kernel_distance(random.normal(size=(40, 8)), random.normal(size=(40, 8))) for _ in range(60)
    ]
    standard_error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 4 * standard_error


def test_the_bandwidth_is_the_references():
    random = np.random.default_rng(2)
    first, second = random.normal(size=(30, 4)), random.normal(0, 9, size=(30, 4))
    assert kernel_distance(first, second) != pytest.approx(kernel_distance(second, first), rel=0.1)


def test_farther_is_worse():
    cloud = np.random.default_rng(3).normal(size=(30, 4))
    near, far = kernel_distance(cloud, cloud + 0.5), kernel_distance(cloud, cloud + 2)
    assert 0 < near < far


def test_a_common_shift_changes_nothing():
    random = np.random.default_rng(4)
    first, second = random.normal(size=(20, 4)), random.normal(1, 1, size=(20, 4))
    far = kernel_distance(first + 1e5, second + 1e5)
    assert far == pytest.approx(kernel_distance(first, second), rel=1e-6)


def test_of_an_even_number_of_distances_the_lower_middle_one_counts():
    assert median_distance(np.array([[0.0], [1.0], [3.0], [7.0]])) == 3  # 1 2 3 | 4 6 7


GOLDEN = vectors("clouds")


@pytest.mark.parametrize("case", range(3))
def test_the_bandwidth_is_kadtks(case):
    for cloud in "xy":
        wanted = GOLDEN[f"bandwidth_{cloud}_{case}"]
        assert median_distance(GOLDEN[f"{cloud}{case}"]) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("case", range(3))
@pytest.mark.parametrize("shape", ["gaussian", "iq", "imq"])
def test_the_distance_is_kadtks_with_either_bandwidth(case, shape):
    first, second = GOLDEN[f"x{case}"], GOLDEN[f"y{case}"]
    ours = {
        "reference": kernel_distance(first, second, shape=shape),
        "eval": kernel_distance(first, second, shape=shape, bandwidth=median_distance(second)),
    }
    for side, value in ours.items():
        wanted = GOLDEN[f"kad_{shape}_{side}_float64_{case}"]
        assert value == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("case", range(3))
def test_kadtk_itself_differs_by_its_single_precision_only(case):
    value = kernel_distance(GOLDEN[f"x{case}"], GOLDEN[f"y{case}"])
    assert value == pytest.approx(GOLDEN[f"kad_reference_bandwidth_{case}"], rel=1e-4)
