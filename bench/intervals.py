"""Prints how often 95 % intervals cover the truth, and how often a floor brackets an equal system.

Run: python bench/intervals.py [TRIALS]   (about a minute)

Everything is drawn from laws whose truth is known: n = 95 clips as in VGGSound-Continuous, 64
numbers per clip whose variances fall like those of embeddings, 1/k. Truth of a kernel distance is
that between the laws (0 for equal ones, else the mean over 40 samples of 1,000), truth of a Fréchet
distance what n clips score on average, its bias included.
"""

import sys
from collections.abc import Callable, Iterable

import numpy as np

from sfbench.eval.interval import cloud_interval, mean_interval, real_floor
from sfbench.eval.metrics.frechet import Cloud, frechet_distance
from sfbench.eval.metrics.kernel import kernel_distance
from sfbench.eval.resample import Distance

N, WIDTH = 95, 64
RULE = {"level": 0.95, "replicates": 200, "seed": 0}

Draw = Callable[[int], tuple[Cloud, Cloud]]  # how many clips -> true and generated sounds
Interval = tuple[float, float]

random = np.random.default_rng(0)


def main() -> None:
    """Print a row per kind of interval, then one per floor."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"{'95 % interval of':58s}{'covers':>8s}   of {trials} trials, n = {N}")
    say("a mean of skewed numbers (exponential)", share(means(trials), 1.0))
    say("a mute rate of 20 %", share(rates(trials), 0.2))
    for name, draw in SYSTEMS.items():
        kernel = truth_of_kernel(draw) if name != "a system equal to the truth" else 0.0
        say(f"KAD of {name}", share(intervals(kernel_distance, draw, trials), kernel))
    for name, draw in SYSTEMS.items():
        frechet = np.mean([frechet_distance(*draw(N)) for _ in range(400)])
        say(f"FAD of {name}", share(intervals(frechet_distance, draw, trials), float(frechet)))
    print("\nsystems equal to the truth")
    equal, times = SYSTEMS["a system equal to the truth"], max(trials // 4, 1)
    below = [
        frechet_distance(*pair) <= floor_of(frechet_distance, pair) for pair in drawn(equal, times)
    ]
    say("FAD at or below its floor", float(np.mean(below)))
    held = [
        low <= floor_of(kernel_distance, pair) <= high
        for pair in drawn(equal, times)
        for low, high in (cloud_interval(kernel_distance, *pair, **RULE),)
    ]
    say("floor of KAD within its interval", float(np.mean(held)))


def say(what: str, part: float) -> None:
    """Print one row."""
    print(f"{what:58s}{100 * part:7.1f} %", flush=True)


def share(found: Iterable[Interval], truth: float) -> float:
    """Return the share of intervals that hold the truth."""
    return float(np.mean([low <= truth <= high for low, high in found]))


def means(trials: int) -> list[Interval]:
    """Return intervals of the mean of exponential numbers, whose truth is 1."""
    rule = RULE | {"replicates": 1000}
    return [mean_interval(random.exponential(size=N), **rule) for _ in range(trials)]


def rates(trials: int) -> list[Interval]:
    """Return intervals of a share that is 20 %."""
    rule = RULE | {"replicates": 1000}
    return [mean_interval((random.random(N) < 0.2).astype(float), **rule) for _ in range(trials)]


def embeddings(n: int) -> Cloud:
    """Return embeddings of n clips."""
    return random.normal(size=(n, WIDTH)) * np.arange(1, WIDTH + 1) ** -0.5


def apart(n: int, shift: float) -> tuple[Cloud, Cloud]:
    """Return a system that is off by a shift of every number, in deviations."""
    return embeddings(n), embeddings(n) + shift * np.arange(1, WIDTH + 1) ** -0.5


SYSTEMS: dict[str, Draw] = {
    "a system equal to the truth": lambda n: apart(n, 0.0),
    "a system a little off": lambda n: apart(n, 0.15),
    "a system far off": lambda n: apart(n, 0.7),
}


def drawn(draw: Draw, times: int) -> list[tuple[Cloud, Cloud]]:
    """Return samples of n clips."""
    return [draw(N) for _ in range(times)]


def intervals(distance: Distance, draw: Draw, trials: int) -> list[Interval]:
    """Return the intervals of a distance, over fresh samples."""
    return [cloud_interval(distance, *pair, **RULE) for pair in drawn(draw, trials)]


def truth_of_kernel(draw: Draw) -> float:
    """Return the kernel distance between the laws."""
    return float(np.mean([kernel_distance(*draw(1000)) for _ in range(40)]))


def floor_of(distance: Distance, pair: tuple[Cloud, Cloud]) -> float:
    """Return the floor of a sample."""
    return real_floor(distance, pair[0], replicates=50, seed=0)


if __name__ == "__main__":
    main()
