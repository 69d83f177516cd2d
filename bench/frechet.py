"""Prints how long a Fréchet distance takes, and how many times longer SciPy's square root does.

Run: python bench/frechet.py   (needs scipy; a few minutes, nearly all of them the square root's)
"""

import time
from collections.abc import Callable

import numpy as np
from scipy.linalg import sqrtm

from sfbench.eval.interval import cloud_interval
from sfbench.eval.metrics.frechet import Cloud, frechet_distance

SIZES = ((95, 2048), (950, 128), (95, 512), (2000, 2048))
REPLICATES = 200


def by_square_root(first: Cloud, second: Cloud) -> float:
    """Return the distance by the formula as it is usually computed."""
    covariances = [np.cov(cloud, rowvar=False) for cloud in (first, second)]
    shift = first.mean(axis=0) - second.mean(axis=0)
    root = np.trace(sqrtm(covariances[0] @ covariances[1])).real
    return float(shift @ shift + np.trace(covariances[0] + covariances[1]) - 2 * root)


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the shortest time of several, so that other programs count least."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def clouds(n: int, d: int) -> tuple[Cloud, Cloud]:
    """Return two samples of one Gaussian whose variances fall like those of embeddings, 1/k."""
    random = np.random.default_rng(0)
    deviations = np.arange(1, d + 1) ** -0.5
    return random.normal(size=(n, d)) * deviations, random.normal(size=(n, d)) * deviations


def main() -> None:
    for n, d in SIZES:
        first, second = clouds(n, d)
        value, other = frechet_distance(first, second), by_square_root(first, second)
        ours = seconds(lambda a=first, b=second: frechet_distance(a, b), 5)
        theirs = seconds(lambda a=first, b=second: by_square_root(a, b), 1 if d > 1000 else 3)
        print(
            f"n={n:5d} d={d:5d}  ours {1e3 * ours:8.1f} ms  square root {1e3 * theirs:9.1f} ms"
            f"  {theirs / ours:6.0f} times  values differ by {abs(value - other):.1e}"
        )
    first, second = clouds(*SIZES[0])
    rule = {"level": 0.95, "replicates": REPLICATES, "seed": 0}
    took = seconds(lambda: cloud_interval(frechet_distance, first, second, **rule), 3)
    print(f"interval of n=95 d=2048 by {REPLICATES} replicates: {took:.2f} s")


if __name__ == "__main__":
    main()
