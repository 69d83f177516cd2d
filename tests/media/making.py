"""Small media files made by code, and how they are refused."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from sfbench.errors import ClipError
from sfbench.media.read import read_media

WIDTH, HEIGHT = 64, 48
RATE = 44_100


def picture(index: int) -> np.ndarray:
    """Return a grey picture whose level tells its index, 0 to 59."""
    return np.full((HEIGHT, WIDTH, 3), 10 + 4 * index, np.uint8)


def indices(frames: np.ndarray) -> list[int]:
    """Return which pictures these are."""
    return [round((float(frame.mean()) - 10) / 4) for frame in frames]


def sine(seconds: float, rate: int = RATE, hertz: float = 440.0) -> np.ndarray:
    """Return a tone of half the full scale."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def clicks(seconds: float, at: Sequence[float], rate: int = RATE) -> np.ndarray:
    """Return silence with a short tone burst at each of the given times."""
    sound = np.zeros(round(seconds * rate), np.float32)
    for time in at:
        begin = round(time * rate)
        sound[begin : begin + rate // 50] = sine(0.02, rate, 2_000)
    return sound


def onset(sound: np.ndarray, rate: int) -> float:
    """Return when a sound is first loud, in seconds."""
    return float(np.flatnonzero(np.abs(sound) > 0.2)[0]) / rate


def write_stamped(
    path: Path,
    picture_times: Sequence[float],
    sound: np.ndarray | None = None,
    sound_time: float = 0.0,
    skipped: range = range(0),
) -> Path:
    """Write a Matroska file with these time stamps; some sound packets may be left out."""
    with av.open(str(path), "w", format="matroska") as container:
        video = container.add_stream("libx264", rate=1_000)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.options = {"bf": "0", "tune": "zerolatency", "qp": "10"}
        audio = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for index, time in enumerate(picture_times):
            frame = av.VideoFrame.from_ndarray(picture(index), format="rgb24")
            frame.pts, frame.time_base = round(time * 1_000), Fraction(1, 1_000)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for index, begin in enumerate(range(0, 0 if sound is None else len(sound), 441)):
            if index not in skipped:
                block = (sound[None, begin : begin + 441] * 32_767).astype(np.int16)
                heard = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
                heard.sample_rate, heard.time_base = RATE, Fraction(1, RATE)
                heard.pts = begin + round(sound_time * RATE)
                container.mux(audio.encode(heard))
    return path


def write_cover(path: Path) -> Path:
    """Write a sound file with a cover picture."""
    with av.open(str(path), "w", format="mp4") as container:
        audio = container.add_stream("aac", rate=RATE, layout="mono")
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        container.mux(cover.encode(av.VideoFrame.from_ndarray(picture(0), format="rgb24")))
        container.mux(cover.encode(None))
        heard = av.AudioFrame.from_ndarray(sine(0.1)[None], format="fltp", layout="mono")
        heard.sample_rate = RATE
        container.mux(audio.encode(heard))
        container.mux(audio.encode(None))
    return path


CODES = {
    "missing", "not-a-file", "empty-file", "too-large", "unknown-format", "unreadable", "damaged",
    "too-long", "too-many-pixels", "unusable-sound", "non-finite", "no-sound", "no-picture",
}  # fmt: skip


def code(path: Path, **asked) -> str:
    """Return the code of the reason for which a file is refused."""
    with pytest.raises(ClipError) as caught:
        read_media(path, **({"rates": (16_000,), "fps": 4.0} | asked))
    reason = caught.value.reason
    assert (reason.step, reason.retryable) == ("media", False)
    assert reason.code in CODES
    assert len(reason.detail) < 300
    return reason.code


def patched(data: bytes, marker: bytes, offset: int, value: bytes) -> bytes:
    """Return `data` with `value` put `offset` bytes after the end of `marker`."""
    at = data.index(marker) + len(marker) + offset
    return data[:at] + value + data[at + len(value) :]
