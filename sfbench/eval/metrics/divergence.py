"""How far apart a classifier's opinions of the true and of the generated sound are.

Formula: KL(P‖Q) = Σ p ln(p / q) over the classes, per pair of sounds; the score is a mean over
pairs. Range: 0 to infinity in nats, lower is better; with `eps` an identical pair falls slightly
below 0 (about -5e-4 at 1e-6). Source: Iashin and Rahtu, arXiv 2110.08791 (MKL), whose code takes
softmax, P from the true sound, and adds 1e-6 to Q. Later tools differ in one choice or another,
so each choice is an argument here.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Prob = Literal["softmax", "sigmoid"]
Direction = Literal["gt||gen", "gen||gt", "sym"]
Array = NDArray[np.float64]


def divergences(
    reference: ArrayLike,
    generated: ArrayLike,
    *,
    prob: Prob = "softmax",
    direction: Direction = "gt||gen",
    eps: float = 1e-6,
) -> Array:
    """Return the divergence of each pair, [n] in nats.

    Args:
        reference: Logits of the true sounds, [n, classes].
        generated: Logits of the generated sounds, [n, classes].
        prob: `softmax` makes one distribution over the classes. `sigmoid` takes each class for
            itself, as some tools do; Σ p ln(p / q) may then be negative for unlike sounds too.
        direction: P‖Q with P from the true sounds, from the generated ones, or the sum of both.
        eps: What is added to Q, so that a class that Q rules out costs at most -ln eps; 0 takes
            the logarithm straight from the logits and never overflows.

    Raises:
        ValueError: Shapes differ or are not [n, classes], or a logit is not finite.

    >>> sure, torn = [[50.0, 0.0]], [[0.0, 0.0]]
    >>> round(float(divergences(sure, torn, eps=0)[0]), 6)  # ln 2
    0.693147
    """
    first, second = (np.asarray(logits, np.float64) for logits in (reference, generated))
    if first.shape != second.shape or first.ndim != 2:
        raise ValueError(f"logits are [n, classes] on both sides: {first.shape}, {second.shape}")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("a logit is not finite")
    logs = _log_probabilities(first, prob), _log_probabilities(second, prob)
    forward, backward = _divergence(*logs, eps), _divergence(*logs[::-1], eps)
    return {"gt||gen": forward, "gen||gt": backward, "sym": forward + backward}[direction]


def mean_divergence(values: ArrayLike, labels: Sequence[str] | None = None) -> float:
    """Return the mean over pairs (micro), or over the labels' own means (macro) if there are any.

    Args:
        values: Divergence of each pair, [n], n ≥ 1.
        labels: Label of each pair, [n]; None weighs all pairs alike.

    Raises:
        ValueError: There are no pairs, or not one label per pair.

    >>> mean_divergence([1.0, 1.0, 4.0]), mean_divergence([1.0, 1.0, 4.0], ["a", "a", "b"])
    (2.0, 2.5)
    """
    array = np.asarray(values, np.float64)
    if not len(array):
        raise ValueError("a mean needs at least one pair")
    if labels is None:
        return float(array.mean())
    if len(labels) != len(array):
        raise ValueError(f"{len(labels)} labels for {len(array)} pairs")
    names = np.array(labels)
    return float(np.mean([array[names == name].mean() for name in np.unique(names)]))


def log_softmax(logits: Array) -> Array:
    """Return log-probabilities over the last axis.

    >>> log_softmax(np.zeros(2)).tolist() == [-np.log(2)] * 2
    True
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    logs: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs


def _log_probabilities(logits: Array, prob: Prob) -> Array:
    if prob == "softmax":
        return log_softmax(logits)
    return -np.logaddexp(0, -logits)


def _divergence(first: Array, second: Array, eps: float) -> Array:
    """Return Σ p (ln p - ln(q + eps)) per row; a class without probability adds nothing."""
    against = np.log(np.exp(second) + eps) if eps else second
    total: Array = (np.exp(first) * (first - against)).sum(axis=1)
    return total
