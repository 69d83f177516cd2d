"""Writes sound and video files, whole or not at all."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from sfbench.store import replacing

Sound = NDArray[np.float32]  # [samples], mono, -1 to 1
Frames = NDArray[np.uint8]  # [T, H, W, 3], RGB

_BLOCK = 1024


def write_wav(path: Path, sound: Sound, sample_rate: int) -> None:
    """Write mono `sound` as 32-bit float WAV, so that reading it gives the same samples."""
    with replacing(path) as partial:
        soundfile.write(partial, sound, sample_rate, subtype="FLOAT")


def write_mp4(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    fps: int,
    sound: Sound | None,
    sample_rate: int,
    *,
    quality: int = 23,
) -> None:
    """Write an H.264 and AAC mp4; equal input gives equal bytes on one machine.

    Args:
        path: The file to make.
        frames: RGB pictures [H, W, 3], H and W even; read one at a time.
        fps: Pictures per second.
        sound: Mono samples, or None for a video without a sound stream.
        sample_rate: Rate of `sound`, in Hz.
        quality: x264's constant rate factor; lower is better and larger.

    Raises:
        ValueError: There are no pictures.
    """
    with (
        replacing(path) as partial,
        # "file:" keeps a folder such as `out:1` from being read as an address.
        av.open(
            f"file:{partial}", "w", format="mp4", options={"movflags": "+faststart"}
        ) as container,
    ):
        _write_streams(container, frames, fps, sound, sample_rate, quality)


def _write_streams(
    container: av.container.OutputContainer,
    frames: Iterable[NDArray[np.uint8]],
    fps: int,
    sound: Sound | None,
    sample_rate: int,
    quality: int,
) -> None:
    pictures = iter(frames)
    first = next(pictures, None)
    if first is None:
        raise ValueError("a video needs at least one picture")
    video = container.add_stream("libx264", rate=fps)
    video.height, video.width = first.shape[:2]
    video.pix_fmt = "yuv420p"
    # x264's bytes depend on the number of threads, and with the macroblock tree on whatever lay in
    # memory before.
    video.options = {
        "crf": str(quality),
        "preset": "veryfast",
        "threads": "1",
        "mbtree": "0",
    }
    audio = (
        container.add_stream("aac", rate=sample_rate, layout="mono") if sound is not None else None
    )
    written = 0
    for index, picture in enumerate(chain([first], pictures)):
        container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        if audio is not None and sound is not None:
            end = round((index + 1) / fps * sample_rate)
            written = _write_sound(container, audio, sound, sample_rate, written, end)
    container.mux(video.encode(None))
    if audio is not None and sound is not None:
        _write_sound(container, audio, sound, sample_rate, written, len(sound) + _BLOCK)
        container.mux(audio.encode(None))


def _write_sound(
    container: av.container.OutputContainer,
    stream: av.AudioStream,
    sound: Sound,
    sample_rate: int,
    begin: int,
    end: int,
) -> int:
    """Encode whole blocks of `sound` up to `end` (all of it past the end); return how far."""
    past = end > len(sound)
    while begin < len(sound) and (past or begin + _BLOCK <= end):
        block = np.ascontiguousarray(sound[begin : begin + _BLOCK], np.float32)
        frame = av.AudioFrame.from_ndarray(block[None], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = sample_rate, begin
        frame.time_base = Fraction(1, sample_rate)
        container.mux(stream.encode(frame))
        begin += len(block)
    return begin
