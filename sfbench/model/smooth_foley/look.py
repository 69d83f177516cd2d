"""What is looked at of a clip; apart from the networks, so that workers stay light."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sfbench.clip import Clip
from sfbench.encoders.cache import EmbeddingCache
from sfbench.encoders.square import square
from sfbench.media.picture import Frames, Keep
from sfbench.model.foleycrafter.crop import Crop
from sfbench.model.recordings import Recordings

Times = NDArray[np.float32]  # [N], seconds
Kept = dict[str, NDArray[Any]]  # arrays of a clip by name, a row for each picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of a clip.

    Attributes:
        seconds: Length of what was looked at.
        times: When each picture is shown, in seconds, [N].
        key: Name in the cache of the pictures' embeddings.
        pictures: What CLIP sees of them, [N, side, side, 3]; None where the cache has embeddings.
        crops: What the detector sees, [N, 112, 112, 3] in 0..255; None without a detector.
    """

    seconds: float
    times: Times
    key: str
    pictures: Frames | None
    crops: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Decodes a clip's pictures, or leaves it if their embeddings are known.

    Attributes:
        recordings: Where the clips' pictures come from.
        cache: Where embeddings are kept, by the content of the video.
        signature: What embeds the pictures.
        seconds: How much of a clip is looked at.
        fps: Pictures for each second.
        frames: Pictures spread over the clip instead; 0 for `fps`.
        crop: What the detector sees of a picture; None without a detector.
        keep: What CLIP sees of a picture.
    """

    recordings: Recordings
    cache: EmbeddingCache
    signature: str
    seconds: float
    fps: float
    frames: int
    crop: Crop | None
    keep: Keep = square

    def __call__(self, clip: Clip) -> Seen:
        """Return what is seen of a clip.

        Raises:
            ClipError: The clip's media cannot be read, or is not what the manifest names.
        """
        seconds = min(clip.seconds, self.seconds)
        sampling = f"{self.frames} spread" if self.frames else f"{self.fps:g} a second"
        key = self.cache.key(clip.sha256, f"{self.signature}|{sampling}", (0.0, seconds))
        known = self.cache.get(key) if self.cache.has(key) else None
        times, pictures = (
            (known["times"], None) if known else self._chosen(clip, seconds, self.keep)
        )
        crops = None if self.crop is None else self._chosen(clip, seconds, self.crop)[1]
        return Seen(seconds=seconds, times=times, key=key, pictures=pictures, crops=crops)

    def _chosen(self, clip: Clip, seconds: float, keep: Any) -> tuple[Times, Any]:
        """Return the times of the chosen pictures, [N], and what is kept of them."""
        sampling: dict[str, Any] = {"every": 1} if self.frames else {"fps": self.fps}
        media = self.recordings(clip, "generate", keep=keep, **sampling)
        places = np.flatnonzero(media.times < seconds)
        if self.frames:
            places = np.linspace(0, len(places) - 1, self.frames).astype(int)
        return media.times[places].astype(np.float32), media.frames[places]


def remember(
    embed: Callable[[Sequence[Frames]], list[Kept]], cache: EmbeddingCache, seen: Sequence[Seen]
) -> None:
    """Put the embeddings of pictures that the cache does not know into it."""
    new = [one for one in seen if one.pictures is not None]
    outputs = embed([one.pictures for one in new if one.pictures is not None])
    for one, output in zip(new, outputs, strict=True):
        cache.put(one.key, output | {"times": one.times})
