"""Whether the sound means what the picture shows: CLIP's image against Wav2CLIP's audio embedding.

Formula: every 30th frame's embedding to unit length, their mean to unit length, its cosine with
the sound's embedding. Range: -1 to 1, higher is better; published systems lie between 0.02 and
0.14. Source: the authors of FoleyCrafter, open-mmlab/FoleyCrafter#22, for frames and mean; papers
print the same cosine in four scales, which `SCALES` tells apart.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

EVERY = 30

SCALES: Mapping[str, Callable[[float], float]] = {
    "cos": lambda cosine: cosine,
    "100cos": lambda cosine: 100 * cosine,
    "50(1+cos)": lambda cosine: 50 * (1 + cosine),
    "max(0,100cos)": lambda cosine: max(0.0, 100 * cosine),
}
"""What papers make of the cosine, by name."""


def clip_cosine(
    frames: ArrayLike, audio: ArrayLike, *, every: int = EVERY, unit_frames: bool = True
) -> float | None:
    """Return the cosine between what is seen and what is heard, -1 to 1.

    Args:
        frames: Embeddings of all frames of the video in order, [frames, d]; of any length.
        audio: Embedding of the sound, [d]; of any length.
        every: Distance between the frames that count; 1 takes them all.
        unit_frames: Whether frames are brought to unit length before their mean is taken.

    Returns:
        The cosine; None when one side is the zero vector, which points nowhere.

    Raises:
        ValueError: There are no frames, widths differ, or a value is not finite.

    >>> clip_cosine([[3.0, 4.0]], [5.0, 0.0])
    0.6
    """
    seen, heard = np.asarray(frames, np.float64), np.asarray(audio, np.float64)
    if seen.ndim != 2 or not len(seen) or seen.shape[1:] != heard.shape:
        raise ValueError(f"needs [frames, d] and [d]: {seen.shape}, {heard.shape}")
    if not (np.isfinite(seen).all() and np.isfinite(heard).all()):
        raise ValueError("an embedding is not finite")
    chosen = _unit(seen[::every]) if unit_frames else seen[::every]
    mean, sound = _unit(chosen.mean(axis=0)), _unit(heard)
    if not mean.any() or not sound.any():
        return None
    return float(np.clip(mean @ sound, -1, 1))


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return vectors of length 1; the zero vector stays."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float64] = vectors / np.where(length > 0, length, 1)
    return unit
