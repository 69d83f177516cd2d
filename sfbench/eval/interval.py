"""95 % intervals and floors: how far a score would move with other clips of the same kind."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sfbench.eval.metrics.frechet import Cloud
from sfbench.eval.metrics.kernel import kernel_distance, median_distance
from sfbench.eval.metrics.kernel_spread import kernel_interval, spread
from sfbench.eval.resample import Clips, Distance, Rows, part_distance, rows_by_clip

HALF = 1000
"""Most clips a side of the halves behind the floor of a kernel distance."""


def mean_interval(
    values: NDArray[np.float64], *, level: float, replicates: int, seed: int
) -> tuple[float, float]:
    """Return the interval of a mean over clips, by the percentile bootstrap.

    Args:
        values: One value per clip, [n], n ≥ 2.
        level: Share of repetitions that the interval should cover, 0 to 1.
        replicates: Number of resamples.
        seed: Seed of the resampling.

    >>> mean_interval(np.ones(9), level=0.95, replicates=100, seed=0)
    (1.0, 1.0)
    """
    random = np.random.default_rng(seed)
    chosen = random.integers(len(values), size=(replicates, len(values)))
    low, high = np.quantile(values[chosen].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def macro_interval(
    values: NDArray[np.float64],
    labels: Sequence[str],
    *,
    level: float,
    replicates: int,
    seed: int,
) -> tuple[float, float]:
    """Return the interval of a mean over labels, by the percentile bootstrap within each label.

    Args:
        values: One value per clip, [n], n ≥ 2.
        labels: The label of each clip, [n].
        level: Share of repetitions that the interval should cover, 0 to 1.
        replicates: Number of resamples.
        seed: Seed of the resampling.

    >>> macro_interval(np.array([1.0, 1, 4]), "aab", level=0.95, replicates=100, seed=0)
    (2.5, 2.5)
    """
    random, names = np.random.default_rng(seed), np.array(list(labels))
    means = np.zeros(replicates)
    kinds = np.unique(names)
    for kind in kinds:
        own = values[names == kind]
        chosen = random.integers(len(own), size=(replicates, len(own)))
        means += own[chosen].mean(axis=1) / len(kinds)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def cloud_interval(
    distance: Distance,
    reference: Cloud,
    generated: Cloud,
    *,
    level: float,
    replicates: int,
    seed: int,
    clips: tuple[Clips, Clips] | None = None,
) -> tuple[float, float]:
    """Return the interval of a distance between clouds, as far as it would move with other clips.

    A kernel distance has its variance in closed form (`kernel_spread.py`), and its interval is one
    of the distance between the populations. Any other distance is had of half of the clips,
    again and again, drawn without replacement, the same on both sides: a bootstrap would repeat
    rows, and repeated rows inflate a Fréchet distance. The spread of n/2-subsamples estimates that
    of the full sample (delete-d jackknife with d = n/2), and too wide a spread where nearly all of
    the distance is chance.

    The interval of a Fréchet distance is one of what *n clips* score, its bias included: it covers
    the mean over other samples of n clips, and with few clips hardly ever the distance between the
    populations, which lies below it. The floor says how large the bias is.

    Args:
        distance: The distance.
        reference: Embeddings of the true sounds, [n, d], of 4 or more clips.
        generated: Embeddings of the generated sounds of the same clips, [m, d].
        level: Share of repetitions that the interval should cover, 0 to 1.
        replicates: Number of subsamples.
        seed: Seed of the subsampling.
        clips: Number of the clip of each row, [n] and [m], for clouds with several rows per clip,
            which are drawn together; None is a row per clip.

    Raises:
        ValueError: Fewer than 4 clips, or a different number on the two sides.
    """
    own, made = _rows_of_both(reference, generated, clips)
    if len(own) != len(made) or len(own) < 4:
        raise ValueError(f"needs the same 4 or more clips: {len(own)}, {len(made)}")
    value, normal = distance(reference, generated), NormalDist().inv_cdf((1 + level) / 2)
    if distance is kernel_distance:
        return kernel_interval(value, spread(reference, generated, clips), normal)
    part = part_distance(distance, reference, generated)
    random, half = np.random.default_rng(seed), len(own) // 2
    draws = [random.permutation(len(own))[:half] for _ in range(replicates)]
    deviation = np.std([part(_chosen(own, draw), _chosen(made, draw)) for draw in draws], ddof=1)
    deviation *= np.sqrt(half / (len(own) - half))
    reach = normal * float(deviation)
    return value - reach, value + reach


def real_floor(
    distance: Distance,
    reference: Cloud,
    *,
    replicates: int,
    seed: int,
    clips: Clips | None = None,
) -> float:
    """Return what half of the true sounds score against the other half: nobody can do better.

    A distance that is biased upwards when clips are few keeps that bias here, at n/2 clips a side,
    where it is larger than at n. So the floor brackets a system without any difference from the
    truth from above: its Fréchet distance is at or below the floor, and a score that is so says
    that the sample is too small to tell the system from the truth. An unbiased distance has its
    floor at about 0, and the interval of such a system holds it as often as intervals should.
    Halves of an unbiased kernel distance are of at most `HALF` clips, which bounds the memory.

    Args:
        distance: The distance.
        reference: Embeddings of the true sounds, [n, d], of 4 or more clips.
        replicates: Number of random halves, over which the mean is taken.
        seed: Seed of the halving.
        clips: Number of the clip of each row, [n]; None is a row per clip.

    Raises:
        ValueError: Fewer than 4 clips.
    """
    rows = rows_by_clip(clips, len(reference))
    if len(rows) < 4:
        raise ValueError(f"needs 4 or more clips, not {len(rows)}")
    part = part_distance(distance, reference, reference)
    random, half = np.random.default_rng(seed), len(rows) // 2
    if distance is kernel_distance and half > HALF:
        return _floor_of_parts(reference, rows, replicates, random)
    orders = [random.permutation(len(rows)) for _ in range(replicates)]
    values = [
        part(_chosen(rows, order[:half]), _chosen(rows, order[half : 2 * half])) for order in orders
    ]
    return float(np.mean(values))


def _floor_of_parts(
    reference: Cloud, rows: list[Rows], replicates: int, random: np.random.Generator
) -> float:
    """Return the mean kernel distance of two parts of `HALF` clips each."""
    width, values = median_distance(reference), []
    for _ in range(replicates):
        order = random.permutation(len(rows))
        some, others = _chosen(rows, order[:HALF]), _chosen(rows, order[HALF : 2 * HALF])
        values.append(kernel_distance(reference[some], reference[others], bandwidth=width))
    return float(np.mean(values))


def _rows_of_both(
    reference: Cloud, generated: Cloud, clips: tuple[Clips, Clips] | None
) -> tuple[list[Rows], list[Rows]]:
    own, made = clips if clips is not None else (None, None)
    return rows_by_clip(own, len(reference)), rows_by_clip(made, len(generated))


def _chosen(rows: list[Rows], draw: Rows) -> Rows:
    return np.concatenate([rows[clip] for clip in draw])
