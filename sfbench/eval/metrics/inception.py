"""Inception score: are the sounds each of one kind, and together of many?

Formula: exp of the mean over sounds of KL(p(class | sound) ‖ p(class)). Range: 1 to the number of
classes, higher is better; it never looks at the true sounds. Source: Salimans et al.,
arXiv 1606.03498; the audio tools compute it in ten parts, in an order shuffled with seed 2020.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from sfbench.eval.metrics.divergence import Array, log_softmax

SPLITS = 10
SEED = 2020


def inception_score(
    logits: ArrayLike, *, splits: int = SPLITS, seed: int | None = SEED
) -> tuple[float, float]:
    """Return the mean and the standard deviation of the score over parts of the sounds.

    Args:
        logits: Logits of the generated sounds, [n, classes].
        splits: Number of parts; a part of n/splits sounds scores at most n/splits.
        seed: Seed of numpy's `RandomState`, whose permutation deals the sounds to the parts;
            None leaves them in order.

    Raises:
        ValueError: Not [n, classes], fewer sounds than parts, or a logit is not finite.

    >>> sure = 99 * np.eye(4)  # four sounds, each surely of another kind
    >>> [round(value, 6) for value in inception_score(sure, splits=1)]
    [4.0, 0.0]
    """
    array = np.asarray(logits, np.float64)
    if array.ndim != 2 or not 1 <= splits <= len(array):
        raise ValueError(f"needs [n, classes] with n of {splits} or more: {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("a logit is not finite")
    if seed is not None:
        array = array[np.random.RandomState(seed).permutation(len(array))]
    edges = [part * len(array) // splits for part in range(splits + 1)]
    logs = log_softmax(array)
    scores = [_score(logs[begin:end]) for begin, end in pairwise(edges)]
    return float(np.mean(scores)), float(np.std(scores))


def _score(logs: Array) -> float:
    probabilities = np.exp(logs)
    share = probabilities.mean(axis=0)
    # A class that no sound has any share in must not make 0 · log 0.
    surprise = logs - np.log(np.where(share > 0, share, 1))
    return float(np.exp((probabilities * surprise).sum(axis=1).mean()))
