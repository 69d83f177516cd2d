"""Reads a media file in one decode: mono sound at every rate, pictures at even times.

Files are untrusted. Call `read_media` inside an `sfbench.executor.Stage`, whose worker process
has a time and a memory limit: a decoder that hangs or crashes there costs one clip.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from sfbench.errors import ClipError
from sfbench.media.container import declared_end, declared_seconds, opened
from sfbench.media.limits import Limits, refusal
from sfbench.media.picture import (
    USUAL_RATE,
    Frames,
    Keep,
    PictureTrack,
    check_pixels,
    no_frames,
)
from sfbench.media.sound import NATIVE, Mix, Sound, SoundTrack, check_shape
from sfbench.media.streams import decoded, frame_rate, picture_stream, sound_stream, start_seconds
from sfbench.media.wav import wav_damage

__all__ = ["NATIVE", "Frames", "Limits", "Media", "Sound", "read_media"]

_LIMITS = Limits()
_SHORTFALL = 0.5  # seconds; a stated length counts an encoder's padding and a last picture's rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """What one decode of a file gave.

    Attributes:
        sound: Mono samples by rate, each [samples]; time 0 is the start of the picture.
        frames: RGB pictures [T, H, W, 3] at k/fps seconds, or what was to be kept of them; T is 0
            when none were asked for.
        times: Seconds at which the pictures are shown, [T].
        sound_seconds: Decoded length of the sound; 0 when it was not asked for.
        picture_seconds: Decoded length of the video; 0 when it was not asked for.
        declared: Length that the container states, in seconds, or None.
        sample_rate: The sound's own rate, in Hz; 0 without a sound stream.
        channels: Channels of the sound; 0 without a sound stream.
        frame_rate: Average pictures per second of the video; 0 when unknown.
        width: Width of the video, in pixels; 0 without a video stream.
        height: Height of the video, in pixels; 0 without a video stream.
        damage: The first thing that could not be decoded, or that a stream ends well before the
            length stated for it; None when all that was asked for decodes to its end.
    """

    sound: dict[int, Sound]
    frames: Frames
    times: NDArray[np.float64]
    sound_seconds: float
    picture_seconds: float
    declared: float | None
    sample_rate: int
    channels: int
    frame_rate: float
    width: int
    height: int
    damage: str | None

    @property
    def seconds(self) -> float:
        """Length of the longest stream that was decoded, in seconds."""
        return max(self.sound_seconds, self.picture_seconds)

    @property
    def has_sound(self) -> bool:
        """Whether there is a sound stream, asked for or not."""
        return self.channels > 0

    @property
    def has_picture(self) -> bool:
        """Whether there is a video stream, asked for or not."""
        return self.width > 0


def read_media(
    path: Path,
    *,
    rates: Sequence[int] = (),
    fps: float | None = None,
    every: int | None = None,
    size: tuple[int, int] | None = None,
    keep: Keep | None = None,
    mix: Mix = "mean",
    strict: bool = True,
    limits: Limits = _LIMITS,
) -> Media:
    """Return the sound and the pictures of a file, from one decode.

    Equal files give equal arrays.

    Args:
        path: A media file; its suffix names the format.
        rates: Rates to give the sound at, in Hz; `NATIVE` gives it at the file's own.
        fps: Pictures to give per second; None gives none.
        every: Distance between the pictures to give, counted in the video's own average rate: 30
            gives one in thirty; instead of `fps`.
        size: Width and height of the pictures; None gives the video's own.
        keep: What to keep of each picture, [H, W, 3] -> [h, w, 3] of one size for all; so a long
            video of large pictures fits in memory.
        mix: Mono sound is the `mean` over the channels, or the `first` channel.
        strict: Whether to refuse a file that is broken in places or ends early. Otherwise it is
            read as far as it goes, and `Media.damage` tells.
        limits: What the file may cost.

    Raises:
        ClipError: The file cannot be used. The codes are `missing`, `not-a-file`, `empty-file`,
            `too-large`, `unknown-format`, `unreadable`, `damaged`, `too-long`,
            `too-many-pixels`, `unusable-sound`, `non-finite`, `no-sound` (rates were given) and
            `no-picture` (`fps` or `every` was given).
    """
    if any(rate < 0 for rate in rates) or not all(x is None or x > 0 for x in (fps, every)):
        raise ValueError(f"rates, fps and every must be positive: {list(rates)}, {fps}, {every}")
    with opened(path, limits) as container:
        sound = _sound_track(container, rates, limits, mix) if rates else None
        per_second = _own_rate(container) / every if every else fps
        picture = _picture_track(container, per_second, size, limits, keep) if per_second else None
        damage = _fill(container, sound, picture)
        if container.format.name == "wav":
            damage = wav_damage(path, damage)
        if damage and strict:
            raise refusal("damaged", damage[0])
        return _media(container, sound, picture, damage)


def _own_rate(container: InputContainer) -> float:
    stream = picture_stream(container)
    return (frame_rate(stream) if stream else 0.0) or USUAL_RATE


def _sound_track(
    container: InputContainer, rates: Sequence[int], limits: Limits, mix: Mix
) -> SoundTrack:
    stream = sound_stream(container)
    if stream is None:
        raise refusal("no-sound", "there is no sound stream of a known codec")
    check_shape(stream.sample_rate, stream.channels, limits)
    origin = start_seconds(picture_stream(container) or stream)
    return SoundTrack(stream, rates, origin, limits, mix)


def _picture_track(
    container: InputContainer,
    fps: float,
    size: tuple[int, int] | None,
    limits: Limits,
    keep: Keep | None,
) -> PictureTrack:
    stream = picture_stream(container)
    if stream is None:
        raise refusal("no-picture", "there is no video stream of a known codec")
    check_pixels(stream.width, stream.height, limits)
    # The size may change later in the stream; the decoder refuses before it takes the memory.
    stream.codec_context.options = {"max_pixels": str(limits.pixels)}
    return PictureTrack(stream, fps, size, limits, keep)


def _fill(
    container: InputContainer, sound: SoundTrack | None, picture: PictureTrack | None
) -> list[str]:
    """Decode the file into the tracks; return what is damaged in it."""
    damage: list[str] = []
    tracks = [track for track in (sound, picture) if track]
    for frame in decoded(container, [track.stream for track in tracks], damage):
        if sound and isinstance(frame, av.AudioFrame):
            sound.add(frame)
        elif picture and isinstance(frame, av.VideoFrame):
            picture.add(frame)
    for track in tracks:
        if not track.seconds:
            raise _nothing(track, damage)
        damage.extend(_shortfall(container, track))
    return damage


def _nothing(track: SoundTrack | PictureTrack, damage: list[str]) -> ClipError:
    if damage:
        return refusal("unreadable", damage[0])
    kind = "sound" if isinstance(track, SoundTrack) else "picture"
    return refusal(f"no-{kind}", f"the {track.stream.type} stream is empty")


def _shortfall(container: InputContainer, track: SoundTrack | PictureTrack) -> list[str]:
    """Return a sentence if a track ends well before the length that the file states."""
    end = declared_end(container, track.stream)
    if end is None or end - track.origin - track.seconds <= _SHORTFALL:
        return []
    stated = end - track.origin
    return [f"the {track.stream.type} ends at {track.seconds:.2f} s of {stated:.2f} s"]


def _media(
    container: InputContainer,
    sound: SoundTrack | None,
    picture: PictureTrack | None,
    damage: list[str],
) -> Media:
    heard, seen = sound_stream(container), picture_stream(container)
    frames = picture.finish() if picture else no_frames()
    return Media(
        sound=sound.finish() if sound else {},
        frames=frames,
        times=np.arange(len(frames)) / picture.fps if picture else np.zeros(0),
        sound_seconds=sound.seconds if sound else 0.0,
        picture_seconds=picture.seconds if picture else 0.0,
        declared=declared_seconds(container),
        sample_rate=heard.sample_rate if heard else 0,
        channels=heard.channels if heard else 0,
        frame_rate=frame_rate(seen) if seen else 0.0,
        width=seen.width if seen else 0,
        height=seen.height if seen else 0,
        damage=damage[0] if damage else None,
    )
