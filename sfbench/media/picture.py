"""Chooses the pictures that a video shows at even times."""

from collections.abc import Callable

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from sfbench.media.limits import Limits, refusal
from sfbench.media.streams import frame_rate, start_seconds

Frames = NDArray[np.uint8]  # [T, H, W, 3], RGB
Keep = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]  # [H, W, 3] -> what is kept of it

# Matroska rounds the time of a picture to a millisecond.
_TICK = 0.001
USUAL_RATE = 25.0
"""Pictures per second of a file that states neither lengths nor a rate."""


class PictureTrack:
    """Collects what one video stream shows at 0, 1/fps, 2/fps, … seconds.

    Pictures are chosen by their time stamps, so a changing frame rate does no harm, and only the
    chosen ones are converted.

    Args:
        stream: The stream that the frames come from.
        fps: Pictures to keep per second.
        size: Width and height to scale to; None keeps the first picture's.
        limits: What the pictures may cost.
        keep: What to keep of each picture; None keeps all of it.
    """

    def __init__(
        self,
        stream: av.VideoStream,
        fps: float,
        size: tuple[int, int] | None,
        limits: Limits,
        keep: Keep | None = None,
    ) -> None:
        self.stream = stream
        self.origin = start_seconds(stream)
        self.seconds = 0.0
        self.fps = fps
        self._size = size
        self._limits = limits
        self._keep = keep
        self._pictures: list[NDArray[np.uint8]] = []
        self._shown: av.VideoFrame | None = None
        self._scaler = VideoReformatter()  # a frame of its own would set up anew

    def add(self, frame: av.VideoFrame) -> None:
        """Take the next decoded frame.

        Raises:
            ClipError: `too-many-pixels`, `too-large` or `too-long`.
        """
        check_pixels(frame.width, frame.height, self._limits)
        time = self.seconds if frame.time is None else frame.time - self.origin
        end = time + self._duration(frame)
        if self._limits.too_long(end):
            raise refusal("too-long", f"the video lasts over {self._limits.seconds:g} s")
        self._show_until(time)
        self._shown = frame
        self.seconds = max(self.seconds, end)

    def _duration(self, frame: av.VideoFrame) -> float:
        if not frame.duration or frame.time_base is None:
            return 1 / (frame_rate(self.stream) or USUAL_RATE)
        ticks = frame.time_base  # the quotient of whole numbers, which a Fraction takes long for
        return frame.duration * ticks.numerator / ticks.denominator

    def _show_until(self, time: float) -> None:
        """Keep the picture that is shown, once for every even time before `time`."""
        picture = None
        while self._shown is not None and len(self._pictures) / self.fps + _TICK < time:
            if picture is None:
                picture = self._convert(self._shown)
            if (len(self._pictures) + 1) * picture.nbytes > self._limits.picture_bytes:
                raise refusal("too-large", f"pictures of over {self._limits.picture_bytes} bytes")
            self._pictures.append(picture)

    def _convert(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        self._size = self._size or (frame.width, frame.height)
        width, height = self._size
        scaled = self._scaler.reformat(
            frame, width, height, format="rgb24", interpolation="BICUBIC", threads=1
        )
        picture = scaled.to_ndarray().astype(np.uint8, copy=False)
        return self._keep(picture) if self._keep else picture

    def finish(self) -> Frames:
        """Return the chosen pictures, [T, H, W, 3]; T is 0 when the stream showed none."""
        self._show_until(self.seconds)
        return np.stack(self._pictures) if self._pictures else no_frames()


def no_frames() -> Frames:
    """Return frames with T = 0."""
    return np.zeros((0, 0, 0, 3), np.uint8)


def check_pixels(width: int, height: int, limits: Limits) -> None:
    """Refuse pictures that are too large.

    Raises:
        ClipError: `too-many-pixels`.
    """
    if width * height > limits.pixels:
        raise refusal("too-many-pixels", f"{width} x {height}, over {limits.pixels} in all")
