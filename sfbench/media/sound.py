"""Puts decoded audio on the picture's clock, at every rate that was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from sfbench.media.limits import Limits, refusal

Sound = NDArray[np.float32]  # [samples], mono, -1 to 1

Mix = Literal["mean", "first"]  # over the channels, or the first of them

NATIVE = 0  # stands for the file's own rate

# Shorter than one frame of every usual codec, longer than Matroska's rounding to milliseconds.
_JITTER = 0.01


@dataclass(frozen=True, slots=True)
class Layout:
    """How the samples of a decoded frame lie in its array.

    Attributes:
        format: FFmpeg's name of the sample format.
        channels: Number of channels.
        planar: Whether they lie in rows, [channels, n]; else side by side, [1, n * channels].
    """

    format: str
    channels: int
    planar: bool

    @property
    def step(self) -> int:
        """Columns of the array from one sample to the next."""
        return 1 if self.planar else self.channels

    def mono(self, samples: NDArray[np.generic], mix: Mix) -> Sound:
        """Return the mean over the channels, or the first, [n]; full scale is -1 to 1."""
        if not self.planar:
            samples = samples.reshape(-1, self.channels).T
        if mix == "first":
            samples = samples[:1]
        with np.errstate(over="ignore", invalid="ignore"):  # `finish` looks for what is not finite
            mean: Sound = _full_scale(samples).mean(axis=0, dtype=np.float32)
        return mean


def _layout(frame: av.AudioFrame) -> Layout:
    return Layout(frame.format.name, frame.layout.nb_channels, frame.format.is_planar)


def _array(frame: av.AudioFrame) -> NDArray[np.generic]:
    try:
        return frame.to_ndarray()
    except ValueError as error:  # 64-bit integers, which no array of PyAV holds
        raise refusal("unusable-sound", str(error)) from None


def _full_scale(samples: NDArray[np.generic]) -> Sound:
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / np.float32(128)
    if np.issubdtype(samples.dtype, np.integer):
        return samples.astype(np.float32) / np.float32(2 ** (8 * samples.dtype.itemsize - 1))
    return samples.astype(np.float32)


class SoundTrack:
    """Collects the frames of one sound stream.

    A frame goes where its time stamp says: what is missing becomes silence, what lies before
    time 0 or overlaps is cut.

    Args:
        stream: The stream that the frames come from.
        rates: Rates to resample to, in Hz; `NATIVE` keeps the file's own.
        origin: Time stamp of time 0, in seconds.
        limits: What the sound may cost.
        mix: What becomes of several channels.
    """

    def __init__(
        self,
        stream: av.AudioStream,
        rates: Sequence[int],
        origin: float,
        limits: Limits,
        mix: Mix = "mean",
    ) -> None:
        self.stream = stream
        self.origin = origin
        self.sample_rate = 0
        self.count = 0
        self._rates = rates
        self._limits = limits
        self._mix = mix
        self._parts: list[Sound] = []
        self._waiting: list[NDArray[np.generic]] = []  # frames of one layout, not mixed yet
        self._layout: Layout | None = None
        self._mixed = 0  # samples in the parts

    @property
    def seconds(self) -> float:
        """Length of what was collected, from time 0."""
        return self.count / self.sample_rate if self.sample_rate else 0.0

    def add(self, frame: av.AudioFrame) -> None:
        """Take one decoded frame.

        Raises:
            ClipError: `unusable-sound` or `too-long`.
        """
        self._check(frame)
        layout, samples, gap = _layout(frame), _array(frame), self._gap(frame)
        silence, samples = max(gap, 0), samples[:, max(-gap, 0) * layout.step :]
        more = silence + samples.shape[1] // layout.step
        self._check_length(more)
        if silence or layout != self._layout or self.count - self._mixed > self.sample_rate:
            self._mix_waiting()
        if silence:
            self._parts.append(np.zeros(silence, np.float32))
        self._layout = layout
        self._waiting.append(samples)
        self.count += more

    def _mix_waiting(self) -> None:
        """Mix the frames that came together: it takes as long for one frame as for many."""
        if self._waiting and self._layout:
            samples = np.concatenate(self._waiting, axis=1)
            self._parts.append(self._layout.mono(samples, self._mix))
        self._waiting.clear()
        self._mixed = self.count

    def _check(self, frame: av.AudioFrame) -> None:
        check_shape(frame.sample_rate, frame.layout.nb_channels, self._limits)
        self.sample_rate = self.sample_rate or frame.sample_rate
        if frame.sample_rate != self.sample_rate:
            raise refusal(
                "unusable-sound",
                f"the rate changes from {self.sample_rate} to {frame.sample_rate} Hz",
            )

    def _gap(self, frame: av.AudioFrame) -> int:
        """Return how many samples are missing before a frame; negative when it overlaps."""
        if frame.time is None:
            return 0
        gap = round((frame.time - self.origin) * self.sample_rate) - self.count
        return gap if self.count == 0 or abs(gap) > _JITTER * self.sample_rate else 0

    def _check_length(self, more: int) -> None:
        if self._limits.too_long((self.count + more) / self.sample_rate):
            raise refusal("too-long", f"the sound lasts over {self._limits.seconds:g} s")

    def finish(self) -> dict[int, Sound]:
        """Return the sound by rate, each [samples].

        Raises:
            ClipError: `non-finite`; samples that are too large overflow in resampling.
        """
        self._mix_waiting()
        native = np.concatenate(self._parts)
        _check_finite(native, self.sample_rate)
        return {rate: self._at(rate, native) for rate in self._rates}

    def _at(self, rate: int, native: Sound) -> Sound:
        if rate in (NATIVE, self.sample_rate):
            return native
        sound: Sound = soxr.resample(native, self.sample_rate, rate)
        _check_finite(sound, rate)
        return sound


def check_shape(sample_rate: int, channels: int, limits: Limits) -> None:
    """Refuse a sound stream whose header is absurd.

    Raises:
        ClipError: `unusable-sound`.
    """
    lowest, highest = limits.sample_rates
    if not (lowest <= sample_rate <= highest and 1 <= channels <= limits.channels):
        raise refusal("unusable-sound", f"{channels} channels at {sample_rate} Hz")


def _check_finite(samples: Sound, sample_rate: int) -> None:
    finite = np.isfinite(samples)
    if not finite.all():
        seconds = np.argmin(finite) / sample_rate
        raise refusal("non-finite", f"a sample at {seconds:.2f} s is NaN or infinite")
