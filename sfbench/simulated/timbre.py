"""Two sets of timbres without a common member: the usual ones, and those just beyond."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.random import PCG64, Generator

Timbre = Literal["usual", "beyond"]

REACH = 1 / 3
"""How far beyond a range the others lie, as a share of the range's width, on either side."""


class Beyond(Generator):
    """Draws from just outside of every range that it is asked for.

    Pitches, rates of sweeps and pulses, tilts and resonances of overtones, corners of noise bands
    and levels of parts all are drawn by `uniform`, so none of them has a usual value. What has no
    range (phases, white noise, which of three chords) is drawn as ever.
    """

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """Return numbers below `low` or above `high`, a third of the range away at most.

        >>> place = Beyond(PCG64(0)).uniform(0, 3, 1000)
        >>> bool(((place < 0) ^ (place > 3)).all()), bool((abs(place - 1.5) <= 2.5).all())
        (True, True)
        """
        place = 2 * self.random(size)
        away = REACH * (high - low) * np.where(place < 1, 1 - place, 2 - place)
        drawn = np.where(place < 1, low - away, high + away)
        return drawn if size is not None else float(drawn)


def sound_source(key: Sequence[int], timbre: Timbre) -> Generator:
    """Return what draws a clip's sound; the same key and timbre give the same sound."""
    return Beyond(PCG64(list(key))) if timbre == "beyond" else np.random.default_rng(list(key))
