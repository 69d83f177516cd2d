"""How far a take's energy is from the true sound's, instant by instant.

Formula: E-L1 = mean |RMS of the true sound - RMS of the take| over frames of 512 samples every
128, at 16 kHz. Range: 0 to 1 at full scale, lower is better. Amplitudes are linear, so loud
instants count most and gain counts fully; nothing is normalised. Source: Lee et al., Video-Foley,
arXiv 2408.11915, and its `evaluate_v2s.py`, which crops or zero-pads the take to the true length.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sfbench.eval.pair import Pair
from sfbench.result import Measure

FRAME = 512
HOP = 128


def energy_l1(reference: ArrayLike, generated: ArrayLike) -> float:
    """Return the mean distance of two courses of energy.

    Args:
        reference: The true sound, [n] at 16 kHz, n ≥ 193.
        generated: The take at 16 kHz; it is cropped or zero-padded to the true sound's length.

    Returns:
        0 or more; lower is better.

    Raises:
        ValueError: The true sound is shorter than 193 samples.

    >>> energy_l1(np.full(1600, 0.5), np.full(1600, 0.25))
    0.25
    """
    own, made = np.asarray(reference, np.float64), np.asarray(generated, np.float64)
    made = np.pad(made[: len(own)], (0, max(len(own) - len(made), 0)))
    return float(np.abs(energy(own) - energy(made)).mean())


def energy(sound: ArrayLike) -> NDArray[np.float64]:
    """Return the root mean square of a sound every 128 samples, [n // 128].

    Frames of 512 samples; the sound is mirrored at its ends.

    Args:
        sound: Samples, [n], n ≥ 193.

    Raises:
        ValueError: The sound is shorter than 193 samples.
    """
    margin = (FRAME - HOP) // 2
    samples = np.asarray(sound, np.float64)
    if len(samples) <= margin:
        raise ValueError(f"needs {margin + 1} samples, not {len(samples)}")
    padded = np.pad(samples, margin, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    root: NDArray[np.float64] = np.sqrt((frames**2).mean(axis=1))
    return root


def measure_energy(pair: Pair) -> Measure:
    """Return the distance of a pair's courses of energy, 0 to 1 at full scale."""
    return Measure(value=energy_l1(pair.reference, pair.generated))
