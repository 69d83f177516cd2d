"""Finds the sound and the picture in an open container, and decodes them to the end."""

from collections.abc import Iterator, Sequence
from typing import Any

import av
from av.container import InputContainer
from av.stream import Disposition

Stream = av.AudioStream | av.VideoStream


def sound_stream(container: InputContainer) -> av.AudioStream | None:
    """Return the first sound stream that has a decoder, or None."""
    known = (stream for stream in container.streams.audio if stream.codec_context)
    return next(known, None)


def picture_stream(container: InputContainer) -> av.VideoStream | None:
    """Return the first video stream that has a decoder, or None; a cover picture is no video."""
    known = (
        stream
        for stream in container.streams.video
        if stream.codec_context and not stream.disposition & Disposition.attached_pic
    )
    return next(known, None)


def start_seconds(stream: Stream) -> float:
    """Return the time stamp of a stream's first frame, in seconds; 0 when there is none."""
    if stream.start_time is None or stream.time_base is None:
        return 0.0
    return float(stream.start_time * stream.time_base)


def frame_rate(stream: av.VideoStream) -> float:
    """Return the average pictures per second of a video stream; 0 when unknown."""
    return float(stream.average_rate or stream.guessed_rate or 0)


def decoded(
    container: InputContainer, streams: Sequence[Stream], damage: list[str]
) -> Iterator[av.AudioFrame | av.VideoFrame]:
    """Yield every frame that can be decoded, in the file's order.

    Args:
        container: An open container.
        streams: The streams to decode; the others are skipped.
        damage: Gets a sentence for everything that is broken.
    """
    for stream in streams:
        # With several threads, what a decoder makes of damage depends on their timing.
        stream.codec_context.thread_count = 1
    for packet in _packets(container, streams, damage):
        if packet.is_corrupt:
            damage.append(f"{_place(packet)} is cut short")
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            damage.append(f"{_place(packet)} cannot be decoded: {error.strerror}")
            continue
        for frame in frames:
            if frame.is_corrupt:
                damage.append(f"{_place(packet)} is damaged")
            yield frame


def _packets(
    container: InputContainer, streams: Sequence[Stream], damage: list[str]
) -> Iterator["av.Packet[Any]"]:
    if not streams:
        return  # demux() without arguments would mean every stream
    try:
        yield from container.demux(*streams)
    except IndexError:
        return  # PyAV has flushed our streams and trips over others that turned up midway
    except av.FFmpegError as error:
        damage.append(f"the file cannot be read further: {error.strerror}")
        for stream in streams:
            last: av.Packet[Any] = av.Packet()
            last.stream = stream
            yield last


def _place(packet: "av.Packet[Any]") -> str:
    kind = "sound" if packet.stream.type == "audio" else "picture"
    if packet.pts is None:
        return f"the {kind}"
    return f"the {kind} at {float(packet.pts * packet.time_base):.2f} s"
