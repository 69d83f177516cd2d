import numpy as np
import pytest

from sfbench.eval import kernel_distance


def by_hand(reference, generated):
    """The definition, pair by pair."""

    def distance(a, b):
        return float(np.sqrt(((a - b) ** 2).sum()))

    n, m = len(reference), len(generated)
    pairs = [distance(reference[i], reference[j]) for i in range(n) for j in range(i + 1, n)]
    gamma = 1 / (2 * np.median(pairs) ** 2 + 1e-8)

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
