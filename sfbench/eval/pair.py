"""The true sound and the generated sound of one clip, over the same span."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sfbench.eval.activity import Frames, Levels, activity
from sfbench.media.level import levels


@dataclass(frozen=True)
class Pair:
    """Two sounds of one clip; what the metrics share is measured once.

    Attributes:
        reference: The clip's own sound, [n] at 16 kHz.
        generated: The take, [n] at 16 kHz.
        audible: Frames of 10 ms in which the truth says that the sound is heard, [T]; all of
            them where nobody says.
        closest: When a thing that passes by is closest, in seconds; None for all other clips.
        off_screen: Frames of 10 ms in which the thing is out of the picture, [T]; None where
            nobody says.
    """

    reference: NDArray[np.float32]
    generated: NDArray[np.float32]
    audible: Frames
    closest: float | None = None
    off_screen: Frames | None = None

    @cached_property
    def reference_levels(self) -> Levels:
        """Levels of the clip's own sound, [T] dBFS."""
        return levels(self.reference)

    @cached_property
    def generated_levels(self) -> Levels:
        """Levels of the take, [T] dBFS."""
        return levels(self.generated)

    @cached_property
    def active(self) -> Frames:
        """Frames in which the take is there, [T]."""
        return activity(self.generated_levels, self.reference_levels)

    @cached_property
    def expected(self) -> Frames:
        """Frames in which the take should be there, [T]: audible, and there in the true sound.

        No take is asked for more than the true sound gives, so that the reference covers all.
        """
        return self.audible & ~self.silent

    @cached_property
    def silent(self) -> Frames:
        """Frames in which the true sound is not there, [T]."""
        return ~activity(self.reference_levels, self.reference_levels)
