"""Warnings: how far a distance between clouds can be trusted, in words that go with the number."""

import numpy as np

from sfbench.eval.metric import CloudMetric
from sfbench.eval.metrics.frechet import Cloud, frechet_distance
from sfbench.eval.resample import Clips
from sfbench.result import Score


def cautions(metric: CloudMetric, score: Score, reference: Cloud, clips: Clips) -> list[str]:
    """Return a sentence for everything that makes a distance weaker than it looks.

    Args:
        metric: The metric.
        score: Its score, with interval and floor.
        reference: Embeddings of the true sounds, [n, d].
        clips: Number of the clip of each row, [n].
    """
    rows, width = reference.shape
    said = []
    if metric.distance is frechet_distance and rows < width:
        said.append(
            f"{rows} rows are fewer than {width} dimensions: much of the distance is bias; "
            "compare at equal n alone"
        )
    if rows > score.n:
        alike = effective_rows(reference, clips)
        said.append(f"the {rows} rows of {score.n} clips weigh as {alike:.0f} unrelated ones do")
    if score.floor is not None and score.low is not None and score.low <= score.floor:
        said.append(f"{score.n} clips are too few to tell it from true sounds: it is at the floor")
    return said


def effective_rows(cloud: Cloud, clips: Clips) -> float:
    """Return how many unrelated rows tell as much of a mean as the rows of these clips do.

    Rows over 1 + (m - 1) ρ, where m is the number of rows per clip and ρ the share of the variance
    that lies between clips (intraclass correlation, by one-way analysis of variance, all dimensions
    together). Between the number of clips and the number of rows. Source: Kish, Survey Sampling
    (1965), design effect.

    Args:
        cloud: Embeddings, [n, d], of 2 or more clips.
        clips: Number of the clip of each row, [n], from 0.

    >>> alike = np.repeat([[0.0], [1.0], [2.0]], 4, axis=0)  # rows of a clip say the same
    >>> effective_rows(alike, np.repeat([0, 1, 2], 4))
    3.0
    """
    sizes = np.bincount(clips)
    rows, count = len(cloud), len(sizes)
    if rows == count:
        return float(rows)
    sums = np.zeros((count, cloud.shape[1]))
    np.add.at(sums, clips, cloud)
    means = sums / sizes[:, None]
    between = float((sizes[:, None] * (means - cloud.mean(axis=0)) ** 2).sum()) / (count - 1)
    within = float(((cloud - means[clips]) ** 2).sum()) / (rows - count)
    size = (rows - (sizes**2).sum() / rows) / (count - 1)
    total = between + (size - 1) * within
    share = min(max((between - within) / total, 0.0), 1.0) if total > 0 else 1.0
    return float(rows / (1 + (rows / count - 1) * share))
