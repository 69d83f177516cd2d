"""Whether a take's loudness follows the course of the true sound's.

Formula: Pearson correlation of the two level curves, each floored at -60 dBFS. Range: -1 to 1,
higher is better. It hears approach and departure, and is blind to pitch and to timbre.
"""

import numpy as np

from sfbench.eval.activity import SILENT_DBFS, Levels
from sfbench.eval.pair import Pair
from sfbench.result import Measure

_FLAT_DB = 1e-6


def envelope_correlation(reference: Levels, generated: Levels) -> float | None:
    """Return the correlation of two level curves, -1 to 1; None when one of them is flat.

    Args:
        reference: Levels of the true sound, [T] dBFS.
        generated: Levels of the take, [T] dBFS.

    >>> envelope_correlation(np.array([-30.0, -20.0]), np.array([-50.0, -40.0]))
    1.0
    """
    floored = [np.maximum(levels, SILENT_DBFS) for levels in (reference, generated)]
    if any(levels.std() < _FLAT_DB for levels in floored):
        return None
    first, second = ((levels - levels.mean()) / levels.std() for levels in floored)
    return float(np.clip(np.mean(first * second), -1, 1))


def measure_envelope(pair: Pair) -> Measure:
    """Return the envelope correlation of a pair, -1 to 1."""
    value = envelope_correlation(pair.reference_levels, pair.generated_levels)
    return Measure(value=value, reason="flat or silent level" if value is None else None)
