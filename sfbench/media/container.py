"""Opens one media file: regular files only, the format forced by the name, no other resource."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer

from sfbench.media.limits import Limits, refusal
from sfbench.media.streams import Stream, start_seconds

# Guessing the format from the content would let a text file act as a playlist.
DEMUXERS = {
    ".wav": "wav",
    ".flac": "flac",
    ".aif": "aiff",
    ".aiff": "aiff",
    ".ogg": "ogg",
    ".oga": "ogg",
    ".opus": "ogg",
    ".m4a": "mov",
    ".mp3": "mp3",
    ".aac": "aac",
    ".mka": "matroska",
    ".mp4": "mov",
    ".m4v": "mov",
    ".mov": "mov",
    ".mkv": "matroska",
    ".webm": "matroska",
    ".avi": "avi",
    ".ogv": "ogg",
    ".mpg": "mpeg",
    ".mpeg": "mpeg",
    ".ts": "mpegts",
}
# These formats hold no length: FFmpeg guesses one from the bit rate.
_GUESSED = {"aac", "mp3", "mpeg", "mpegts"}


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[InputContainer]:
    """Yield the open container of a file; every FFmpeg error inside becomes a reason.

    Raises:
        ClipError: `missing`, `not-a-file`, `empty-file`, `too-large`, `unknown-format`,
            `too-long` or `unreadable`.
    """
    _check_file(path, limits)
    options = {
        "protocol_whitelist": "file",
        "max_pixels": str(limits.pixels),
    }
    try:
        # "file:" keeps a name such as `http:x.mp4` from being read as an address.
        with av.open(
            f"file:{os.path.abspath(path)}",  # noqa: PTH100 (resolving would change the suffix)
            "r",
            format=_demuxer(path),
            options=options,
            metadata_errors="replace",
        ) as container:
            _check_length(container, limits)
            yield container
    except MemoryError:
        raise  # FFmpeg's own is an FFmpegError, too; the worker's limit was met
    except av.FFmpegError as error:
        raise refusal("unreadable", error.strerror or type(error).__name__) from None


def _check_file(path: Path, limits: Limits) -> None:
    try:
        about = path.stat()
    except (FileNotFoundError, ValueError):  # ValueError: a name with a null byte
        raise refusal("missing", f"there is no file {path.name!r}") from None
    except OSError as error:
        raise refusal("unreadable", f"{path.name[:80]!r}: {error.strerror}") from None
    if not stat.S_ISREG(about.st_mode):
        raise refusal("not-a-file", f"{path.name!r} is no regular file")
    if about.st_size == 0:
        raise refusal("empty-file", f"{path.name!r} has no bytes")
    if about.st_size > limits.file_bytes:
        raise refusal("too-large", f"{about.st_size} bytes, over {limits.file_bytes}")


def _demuxer(path: Path) -> str:
    try:
        return DEMUXERS[path.suffix.lower()]
    except KeyError:
        known = " ".join(DEMUXERS)
        raise refusal("unknown-format", f"{path.suffix!r} is none of {known}") from None


def _check_length(container: InputContainer, limits: Limits) -> None:
    seconds = declared_seconds(container)
    if seconds is not None and limits.too_long(seconds):
        raise refusal("too-long", f"says it lasts {seconds:.1f} s, over {limits.seconds:g} s")


def declared_seconds(container: InputContainer) -> float | None:
    """Return the length that the container states, or None when it states none."""
    if container.duration is None or container.format.name in _GUESSED:
        return None
    return container.duration / av.time_base


def declared_end(container: InputContainer, stream: Stream) -> float | None:
    """Return the time stamp at which the container says a stream ends, or None."""
    if stream.duration is None or stream.time_base is None or container.format.name in _GUESSED:
        return None
    return start_seconds(stream) + float(stream.duration * stream.time_base)
