"""Turns the media of one clip into data URIs that a browser plays."""

import base64
import io
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from sfbench.errors import ClipError
from sfbench.leaderboard.page.spectrogram import Sound, levels, pictures
from sfbench.media.read import Frames, read_media
from sfbench.media.write import write_mp4

OPUS_RATE = 48_000
OPUS_BITS = 64_000  # per second; about half a megabyte a minute
HIGHEST_RATE = 32_000  # spectrograms end at 16 kHz
_FPS = 12
_VIDEO_HEIGHT = 270
_VIDEO_BYTES = 1_000_000  # a larger video is made smaller
_BLOCK = 960  # samples, one Opus frame of 20 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One sound of a clip.

    Attributes:
        audio: Its file, or None when there is none.
        span: Where it lies in the clip, in seconds.
        sample_rate: Its own rate, in Hz, or 0 when unknown.
        absent: Why there is no file, or empty.
    """

    audio: Path | None
    span: tuple[float, float] = (0.0, 0.0)
    sample_rate: int = 0
    absent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The media of one clip: its video, or why there is none, and one track per system."""

    seconds: float
    video: Path | None
    no_video: str = ""
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounding:
    """One track as data URIs: Opus as long as the clip, and its spectrogram.

    Both are empty when there is no sound; `absent` says why.
    """

    sound: str = ""
    picture: str = ""
    absent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """The media of one clip as data URIs.

    Attributes:
        tracks: The sounds, in the job's order; their spectrograms share one dB scale.
        video: An mp4, to be played muted; empty when there is none.
        poster: A JPEG from the middle of the video, or empty.
        no_video: Why there is no video, or empty.
        top: Highest frequency of the spectrograms, in Hz.
    """

    tracks: tuple[Sounding, ...]
    video: str = ""
    poster: str = ""
    no_video: str = ""
    top: float = 0.0


def embed(job: Job) -> Embedded:
    """Return the media of one clip; what cannot be read is left out with its reason."""
    rates = [track.sample_rate for track in job.tracks]
    rate = min(HIGHEST_RATE, max(rates, default=0) or HIGHEST_RATE)
    read = [_read(track, job.seconds, (OPUS_RATE, rate)) for track in job.tracks]
    drawn = iter(pictures([levels(sounds[rate], rate) for sounds, _ in read if sounds]))
    video, poster, no_video = _video(job)
    return Embedded(
        tracks=tuple(
            Sounding(sound=_opus(sounds[OPUS_RATE]), picture=data_uri("image/png", next(drawn)))
            if sounds
            else Sounding(absent=absent)
            for sounds, absent in read
        ),
        video=video,
        poster=poster,
        no_video=no_video,
        top=rate / 2,
    )


def without_media(job: Job, reason: str) -> Embedded:
    """Return what stands for the media of a clip that could not be embedded."""
    return Embedded(tracks=(Sounding(absent=reason),) * len(job.tracks), no_video=reason)


def _read(
    track: Track, seconds: float, rates: tuple[int, int]
) -> tuple[dict[int, Sound] | None, str]:
    """Return a track's sound by rate, on the clip's clock; or None, and why."""
    if track.audio is None:
        return None, track.absent
    try:
        sounds = read_media(track.audio, rates=rates).sound
    except ClipError as error:
        return None, str(error.reason)
    start = track.span[0]
    return {rate: placed(sound, rate, start, seconds) for rate, sound in sounds.items()}, ""


def placed(sound: Sound, rate: int, start: float, seconds: float) -> Sound:
    """Return `seconds` of sound in which `sound` begins at `start`; silence elsewhere.

    >>> placed(np.ones(3, np.float32), 2, 0.5, 3.0).tolist()
    [0.0, 1.0, 1.0, 1.0, 0.0, 0.0]
    """
    whole = np.zeros(round(seconds * rate), np.float32)
    begin = max(0, round(start * rate))
    part = sound[: max(0, len(whole) - begin)]
    whole[begin : begin + len(part)] = part
    return whole


def _opus(sound: Sound) -> str:
    """Return mono `sound` at 48 kHz as Opus in WebM; equal sound gives equal bytes."""
    file = io.BytesIO()
    options = {"fflags": "+bitexact"}
    with av.open(file, "w", format="webm", options=options) as container:
        stream = container.add_stream("libopus", rate=OPUS_RATE, layout="mono")
        stream.bit_rate = OPUS_BITS
        stream.options = {"compression_level": "4"}  # as good to the ear, in half the time
        for begin in range(0, len(sound), _BLOCK):
            block = np.zeros((1, _BLOCK), np.float32)
            part = sound[begin : begin + _BLOCK]
            block[0, : len(part)] = np.clip(part, -1, 1)
            frame = av.AudioFrame.from_ndarray(block, format="flt", layout="mono")
            frame.sample_rate, frame.pts = OPUS_RATE, begin
            frame.time_base = Fraction(1, OPUS_RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return data_uri("audio/webm", file.getvalue())


def _video(job: Job) -> tuple[str, str, str]:
    """Return a video and its poster; or two empty texts, and why."""
    if job.video is None:
        return "", "", job.no_video
    try:
        frames = _frames(job.video)
    except ClipError as error:
        return "", "", str(error.reason)
    small = job.video.suffix.lower() == ".mp4" and job.video.stat().st_size <= _VIDEO_BYTES
    data = job.video.read_bytes() if small else _smaller(frames)
    return data_uri("video/mp4", data), _poster(frames), ""


def _frames(path: Path) -> Frames:
    about = read_media(path)
    height = min(_VIDEO_HEIGHT, about.height)
    width = about.width * height / max(1, about.height)
    return read_media(path, fps=_FPS, size=(_even(width), _even(height))).frames


def _even(length: float) -> int:
    """Return the nearest even number, which is what H.264 wants; at least 2."""
    return max(2, 2 * round(length / 2))


def _smaller(frames: Frames) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "preview.mp4"
        write_mp4(path, frames, _FPS, None, OPUS_RATE, quality=28)
        return path.read_bytes()


def _poster(frames: Frames) -> str:
    picture = Image.fromarray(frames[len(frames) // 2])
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=72, optimize=True)
    return data_uri("image/jpeg", file.getvalue())


def data_uri(kind: str, data: bytes) -> str:
    """Return bytes as an address that holds them."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
