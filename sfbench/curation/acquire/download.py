"""Brings a section of a video from YouTube, by yt-dlp and ffmpeg, through a guarded door."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from sfbench import store
from sfbench.curation.acquire.cut import check_cut, cut
from sfbench.curation.acquire.find import Asking, find_streams
from sfbench.curation.acquire.guard import Door, Guard
from sfbench.curation.acquire.turn import wait_turn
from sfbench.errors import ClipError, Reason, SfbenchError

WORKERS = 4
"""Processes that download at a time; each waits for its turn, and more would wait too long."""

APART = 3.0
"""Seconds from the beginning of one download to that of the next, unless told otherwise."""

_PACKAGES = {"yt_dlp": "yt-dlp", "ffmpeg": "ffmpeg-python", "imageio_ffmpeg": "imageio-ffmpeg"}
_RATE = re.compile(r"(\d+(?:\.\d+)?)([KM]?)", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20}

# What a connection that the guard ended looks like from the other side.
_VAGUE = {"network", "no-formats", "cut-failed", "decode-error", "too-short"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where videos are.

    Attributes:
        page: Address of a video's page, `{}` standing for its name there.
        hosts: Hosts that may be spoken to; a name stands for those below it, too.
        extractor: Name of yt-dlp's extractor.
        name: Pattern of a video's name.
        loopback: Whether the site may be on this machine.
    """

    page: str
    hosts: Sequence[str]
    extractor: str
    name: str = r"[A-Za-z0-9_-]{11}"
    loopback: bool = False


YOUTUBE = Site(
    page="https://www.youtube.com/watch?v={}",
    hosts=("youtube.com", "googlevideo.com"),
    extractor="youtube",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """How videos are brought.

    Attributes:
        site: Where they are.
        cookies: File of cookies in Netscape's format, or None; it is read, never written.
        proxy: Address of an HTTP proxy, or None.
        rate: Most bytes a second of one download, or None.
        sleep: Seconds from the beginning of one download to that of the next.
        retries: How often a broken connection is tried again.
        least: Shortest section that is of use, in seconds.
        most: Most bytes of one download.
        silence: Seconds without a byte before a connection counts as broken.
        seconds: Longest time for one download.
    """

    site: Site = YOUTUBE
    cookies: Path | None = None
    proxy: str | None = None
    rate: float | None = None
    sleep: float = APART
    retries: int = 3
    least: float = 4.0
    most: int = 300 << 20
    silence: float = 20.0
    seconds: float = 150.0

    def bring(self, video: str, start: float, seconds: float, target: Path) -> None:
        """Write `seconds` of a video from `start` on to `target`, an mp4, whole or not at all.

        Raises:
            ClipError: It cannot be had; the code is one of `failures.RETRYABLE`.
        """
        if not re.fullmatch(self.site.name, video):
            raise ValueError(f"{video!r} is no name of a video")
        wait_turn(store.home() / "acquire" / "turn", self.sleep)
        with Guard(self._door()) as guard, store.replacing(target) as partial:
            for tried in range(self.retries + 1):
                reason = self._attempt(guard, video, (start, seconds), partial)
                last = tried == self.retries or guard.remaining < 2**tried
                if reason is None or reason.code != "network" or last:
                    break
                time.sleep(2**tried)
            if reason is not None:
                raise ClipError(reason)

    def _attempt(
        self, guard: Guard, video: str, section: tuple[float, float], target: Path
    ) -> Reason | None:
        """Return None when the section is there, else why it is not."""
        try:
            streams = find_streams(self.site.page.format(video), self._asking(guard))
            cut(
                streams,
                *section,
                target,
                proxy=guard.address,
                silence=self.silence,
                patience=guard.remaining,
            )
            reason = check_cut(target, min(self.least, section[1]))
        except ClipError as error:
            reason = error.reason
        if reason is None or reason.code not in _VAGUE:
            return reason
        return guard.refusal or (guard.trouble if reason.code == "network" else None) or reason

    def _door(self) -> Door:
        return Door(
            hosts=self.site.hosts,
            loopback=self.site.loopback,
            bytes=self.most,
            seconds=self.seconds,
            silence=self.silence,
            rate=self.rate,
            upstream=self.proxy,
        )

    def _asking(self, guard: Guard) -> Asking:
        return Asking(
            extractor=self.site.extractor,
            proxy=guard.address,
            cookies=self.cookies,
            retries=self.retries,
            silence=self.silence,
        )


def open_download(
    *,
    cookies: Path | None = None,
    proxy: str | None = None,
    rate: str | None = None,
    sleep: float = APART,
) -> Download:
    """Return how videos are brought, from what the command line says.

    Args:
        cookies: A file of cookies.
        proxy: Address of an HTTP proxy.
        rate: Bytes a second, such as 500K or 2M.
        sleep: Seconds between downloads.

    Raises:
        SfbenchError: An option is wrong, or a package is missing.
    """
    missing = [name for package, name in _PACKAGES.items() if find_spec(package) is None]
    if missing:
        raise SfbenchError(
            f"--download needs {', '.join(missing)}: pip install 'sfbench[vggsound]'"
        )
    return Download(
        cookies=None if cookies is None else _cookies(cookies),
        proxy=None if proxy is None else _proxy(proxy),
        rate=None if rate is None else bytes_of(rate),
        sleep=sleep,
    )


def bytes_of(rate: str) -> float:
    """Return a rate in bytes.

    >>> bytes_of("2M")
    2097152.0

    Raises:
        SfbenchError: It is none.
    """
    found = _RATE.fullmatch(rate)
    if found is None or not float(found[1]):
        raise SfbenchError(f"--rate {rate} is no rate; type for example --rate 500K or --rate 2M")
    return float(found[1]) * _UNITS[found[2].upper()]


def _cookies(path: Path) -> Path:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SfbenchError(f"--cookies {path} cannot be read: {error}") from None
    rows = [line.removeprefix("#HttpOnly_") for line in lines]
    if not any(row.count("\t") == 6 for row in rows if not row.startswith("#")):
        raise SfbenchError(
            f"--cookies {path} holds no cookies; export them from a browser as cookies.txt "
            "(Netscape's format)"
        )
    return path.absolute()


def _proxy(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "http" or not parts.hostname:
        raise SfbenchError(
            f"--proxy {address} is none; type --proxy http://[USER:SECRET@]HOST:PORT"
        )
    return address
