"""What a worker reads of a clip; apart from the networks, so that workers stay light."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sfbench.clip import Clip
from sfbench.encoders.cache import EmbeddingCache
from sfbench.errors import ClipError, Reason
from sfbench.model.recordings import Recordings
from sfbench.model.smooth_foley.look import Look, Seen

Sound = NDArray[np.float32]  # [n]

STEP = "learn"
"""Stands in the reasons of clips that cannot be learnt from."""

_LEAST_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """What a worker reads of a clip: the sound and pictures that are not in the cache.

    Attributes:
        recordings: Where sounds and pictures come from.
        cache: Where latents are kept.
        signature: What makes latents; empty where sounds were not asked for.
        rate: Sample rate of the sound, in Hz.
        seconds: How much of a clip is listened to.
        look: What is seen of a clip; None where pictures were not asked for.
    """

    recordings: Recordings
    cache: EmbeddingCache
    signature: str
    rate: int
    seconds: float
    look: Look | None

    def __call__(self, clip: Clip) -> tuple[str, Sound | None, Seen | None]:
        """Return the name of the latents, the sound, [n], unless they are known, and what is seen.

        Raises:
            ClipError: The media cannot be read, or are not what the lesson names.
        """
        seen = self.look(clip) if self.look else None
        if not self.signature:
            return "", None, seen
        key = self.cache.key(clip.sha256, self.signature, (0.0, self.seconds))
        if self.cache.has(key):
            return key, None, seen
        sound = self.recordings(clip, STEP, rates=(self.rate,)).sound[self.rate]
        if len(sound) < _LEAST_SECONDS * self.rate:
            raise ClipError(Reason(STEP, "too-short", f"the sound lasts {len(sound)} samples"))
        return key, sound[: round(self.seconds * self.rate)], seen
