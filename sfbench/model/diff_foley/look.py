"""What Diff-Foley sees of a clip; apart from the networks, so that workers stay light."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sfbench.clip import Clip
from sfbench.manifest import Manifest
from sfbench.media.read import read_media

FPS = 4


@dataclass(frozen=True, slots=True)
class Look:
    """Decodes a clip's pictures, 4 a second.

    Attributes:
        manifest: The clips.
        seconds: How much of the clip to look at.
        side: Height and width of a picture.
    """

    manifest: Manifest
    seconds: float
    side: int

    def __call__(self, clip: Clip) -> NDArray[np.uint8]:
        """Return pictures, [T, side, side, 3], T at most 4 for each second that is looked at.

        The whole picture is squeezed into the square, bilinearly with antialiasing.

        Raises:
            ClipError: The clip's media cannot be read.
        """
        media = read_media(self.manifest.path(clip.video), fps=FPS, keep=self._squeezed)
        return media.frames[media.times < self.seconds]

    def _squeezed(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return squeezed(frame, self.side)


def squeezed(frame: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return all of a picture, [H, W, 3], in a square, [side, side, 3]."""
    image = Image.fromarray(frame).resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(image)
