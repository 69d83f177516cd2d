"""A known fault, kept so that numbers published with it can be recognised.

frechet_audio_distance up to 0.3.5 drops the batch axis of the PANNs embedding
(gudgud96/frechet-audio-distance#37): all values of all clips become one long list, and the result
is the distance between two numbers' Gaussians, about 1e-4 to 1e-1 where the true distance is tens
or hundreds. It says next to nothing about the sounds; no protocol but `fad-0.3` computes it.
"""

import numpy as np

from sfbench.eval.metrics.frechet import Cloud, check_clouds


def collapsed_frechet_distance(reference: Cloud, generated: Cloud) -> float:
    """Return (mean - mean)² + (deviation - deviation)² of all values of two clouds.

    Args:
        reference: Embeddings of the true sounds, [n, d], n ≥ 2.
        generated: Embeddings of the generated sounds, [m, d], m ≥ 2.

    Raises:
        ValueError: Widths differ, a cloud has fewer than 2 rows, or a value is not finite.

    >>> cloud = np.array([[0.0, 4.0], [1.0, 5.0]])
    >>> collapsed_frechet_distance(cloud, cloud[:, ::-1])  # blind to which number is which
    0.0
    """
    check_clouds(reference, generated)
    first, second = (np.asarray(cloud, np.float64) for cloud in (reference, generated))
    shift = first.mean() - second.mean()
    spread = first.std(ddof=1) - second.std(ddof=1)
    return float(shift**2 + spread**2)
