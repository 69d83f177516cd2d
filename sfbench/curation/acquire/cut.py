"""Cuts a section out of a video that lies on a server, exactly, by encoding it anew."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av

from sfbench.curation.acquire.failures import failure, is_broken_transfer, reason_of_cut
from sfbench.errors import ClipError, Reason
from sfbench.media.container import opened
from sfbench.media.limits import Limits

_PROTOCOLS = "http,https,tcp,tls,httpproxy,crypto"
_FRAME = {"c:v": "libx264", "crf": 18, "preset": "veryfast", "pix_fmt": "yuv420p", "threads": 2}
_SOUND = {"c:a": "aac", "b:a": "192k"}
# Rounding to whole frames would move pictures against the sound.
_EXACT = {"fps_mode": "passthrough", "enc_time_base": "demux"}
_CLEAN = {"map_metadata": -1, "map_chapters": -1, "movflags": "+faststart"}


@dataclass(frozen=True, slots=True)
class Stream:
    """Where pictures, sound or both of a video lie.

    Attributes:
        url: An http or https address.
        kinds: `v`, `a` or `va`: what is to be taken from there.
        headers: What to send along.
    """

    url: str
    kinds: str
    headers: Mapping[str, str] = field(default_factory=dict)


def cut(
    streams: Sequence[Stream],
    start: float,
    seconds: float,
    target: Path,
    *,
    proxy: str,
    silence: float,
    patience: float,
) -> None:
    """Write `seconds` of a video from `start` on to `target`, an mp4.

    What stands before `start` is decoded and thrown away, so that the result begins with the first
    picture that is not earlier, however far apart key frames are.

    Args:
        streams: Where the video lies.
        start: In seconds.
        seconds: Length.
        target: The file to make; nothing is there when this raises.
        proxy: Address of the proxy that ffmpeg must go through.
        silence: Seconds without a byte before a transfer counts as broken.
        patience: Seconds that all may take.

    Raises:
        ClipError: The section cannot be had.
    """
    command = cut_command(streams, start, seconds, target, proxy=proxy, silence=silence)
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=max(patience, 0.1),
            env=_without_proxies(),
        )
    except subprocess.TimeoutExpired:
        target.unlink(missing_ok=True)
        raise ClipError(failure("network", f"ffmpeg took over {patience:.0f} s")) from None
    printed = ended.stderr.decode(errors="replace")
    if ended.returncode or is_broken_transfer(printed):
        target.unlink(missing_ok=True)
        last = (printed.strip().splitlines() or ["ffmpeg said nothing"])[-1]
        raise ClipError(reason_of_cut(printed) or failure("cut-failed", last))


def cut_command(
    streams: Sequence[Stream],
    start: float,
    seconds: float,
    target: Path,
    *,
    proxy: str,
    silence: float,
) -> list[str]:
    """Return ffmpeg's command line, a list of words that no shell sees."""
    import ffmpeg

    taken: list[Any] = []
    for stream in streams:
        options = _input_options(stream, proxy, silence)
        source = ffmpeg.input(stream.url, ss=start, t=seconds, **options)
        if "v" in stream.kinds:
            # H.264 in 4:2:0 has no odd sides.
            taken.append(source.video.filter("scale", "trunc(iw/2)*2", "trunc(ih/2)*2"))
        if "a" in stream.kinds:
            taken.append(source.audio)
    # "file:" keeps a name with a colon from being read as an address, and one with a leading
    # hyphen from being read as an option.
    name = f"file:{target.absolute()}"
    made = ffmpeg.output(*taken, name, f="mp4", **_FRAME, **_EXACT, **_SOUND, **_CLEAN)
    made = made.global_args("-hide_banner", "-nostdin", "-loglevel", "error")
    return list(ffmpeg.compile(made, cmd=ffmpeg_exe(), overwrite_output=True))


def ffmpeg_exe() -> str:
    """Return the path of the ffmpeg that came with imageio-ffmpeg.

    Raises:
        ClipError: There is none for this machine.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise ClipError(failure("cut-failed", str(error))) from None


def ffmpeg_version(exe: str) -> str:
    """Return what ffmpeg calls itself."""
    told = subprocess.run([exe, "-version"], capture_output=True, text=True, timeout=30, check=True)
    return told.stdout.split()[2]


def check_cut(path: Path, least: float) -> Reason | None:
    """Return why a section is no clip, or None: it needs a length and can be read.

    A stream without content is left out by ffmpeg; one that the video lacks is refused by `cut`.

    Args:
        path: What `cut` wrote.
        least: Shortest length that is of use, in seconds.
    """
    try:
        with opened(path, Limits()) as container:
            if not container.streams.video or not container.streams.audio:
                return failure("too-short", "the video ends before the section begins")
            seconds = (container.duration or 0) / av.time_base
    except ClipError as error:
        return failure("decode-error", f"the section cannot be read: {error.reason.detail}")
    if seconds < least:
        return failure("too-short", f"{seconds:.2f} s are left, under {least:g} s")
    return None


def _input_options(stream: Stream, proxy: str, silence: float) -> dict[str, object]:
    if not stream.url.startswith(("http://", "https://")):
        raise ClipError(failure("unsafe-address", f"{stream.url[:80]} is not http or https"))
    options: dict[str, object] = {
        "protocol_whitelist": _PROTOCOLS,
        "http_proxy": proxy,
        "rw_timeout": round(silence * 1_000_000),
    }
    if stream.headers:
        options["headers"] = "".join(f"{name}: {value}\r\n" for name, value in _sent(stream))
    if stream.url.startswith("https://"):
        import certifi

        options |= {"tls_verify": 1, "ca_file": certifi.where()}
    return options


def _sent(stream: Stream) -> list[tuple[str, str]]:
    """Return headers whose words cannot end a line, without those that steer the transfer."""
    steering = {"accept-encoding", "host", "range", "connection"}
    return [
        (name, value)
        for name, value in stream.headers.items()
        if name.lower() not in steering and not set("\r\n") & {*name, *value}
    ]


def _without_proxies() -> dict[str, str]:
    """Return the environment without the variables that lead ffmpeg past its proxy."""
    return {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
