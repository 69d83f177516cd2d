"""What a generator made for one clip."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sfbench.errors import Reason


@dataclass(frozen=True, slots=True)
class Sound:
    """What a generator answers with.

    Attributes:
        samples: Mono samples, [n] float32, full scale at -1 and 1.
        sample_rate: Rate in Hz.
        start: Where the sound begins within the clip, in seconds.
    """

    samples: NDArray[np.float32]
    sample_rate: int
    start: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One generator's sound for one clip.

    Attributes:
        id: The clip's id.
        audio: Path of the sound, relative to the run folder; None when the take failed.
        sample_rate: The generator's own rate, in Hz.
        span: Start and end of the sound within the clip, in seconds.
        seed: The seed that the generator was given.
        reason: Why there is no sound, or None.
    """

    id: str
    audio: str | None
    sample_rate: int
    span: tuple[float, float]
    seed: int
    status: str = "ok"
    reason: Reason | None = None
