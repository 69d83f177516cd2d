"""Asks yt-dlp where a video's pictures and sound lie; nothing is written but yt-dlp's own cache."""

import io
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sfbench import store
from sfbench.curation.acquire.cut import Stream
from sfbench.curation.acquire.failures import failure, reason_of
from sfbench.errors import ClipError

# Pictures of about 480 lines are enough for every network here; live fragments cannot be cut.
_FORMATS = "bv*[protocol!*=dash]+ba[protocol!*=dash]/b[protocol!*=dash]/bv*/ba"
_SORTING = ["res:480", "proto:https", "vcodec:h264"]

RUNTIMES = ("deno", "node", "bun", "quickjs")
"""JavaScript runtimes that yt-dlp may use, the one that is shut in best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How yt-dlp is to ask.

    Attributes:
        extractor: Name of the one extractor of yt-dlp that may answer.
        proxy: Address of the proxy that it must go through.
        cookies: File of cookies in Netscape's format, or None; it is read, never written.
        retries: How often it tries again by itself.
        silence: Seconds without an answer before it gives up.
    """

    extractor: str
    proxy: str
    cookies: Path | None = None
    retries: int = 3
    silence: float = 20.0


def find_streams(page: str, asking: Asking) -> list[Stream]:
    """Return where the video of a page lies: one stream of both kinds, or one of each.

    Raises:
        ClipError: yt-dlp cannot say.
    """
    import yt_dlp

    ear = _Ear()
    try:
        with yt_dlp.YoutubeDL(_parameters(asking, ear)) as asked:
            found = asked.extract_info(page, download=False)
    except MemoryError:
        raise
    except Exception as error:  # an extractor that meets a page it does not know fails anyhow
        reason = reason_of(error)
        if reason.code == "no-formats" and ear.warnings:
            detail = f"{reason.detail} ({ear.warnings[0]})"[:400]
            reason = replace(reason, detail=detail)
        raise ClipError(reason) from None
    return _streams(found or {})


def _streams(found: dict[str, Any]) -> list[Stream]:
    if "entries" in found:
        raise ClipError(failure("no-formats", "the address is a list of videos"))
    parts = found.get("requested_formats") or [found]
    streams = [_stream(part) for part in parts]
    kinds = "".join(stream.kinds for stream in streams)
    # What one answer leaves out, another may list; only a file without sound is known to have none.
    if "v" not in kinds:
        raise ClipError(failure("no-video", "no format with pictures is listed", retryable=True))
    if "a" not in kinds:
        raise ClipError(failure("no-audio", "no format with sound is listed", retryable=True))
    return streams


def _stream(part: dict[str, Any]) -> Stream:
    kinds = "".join(
        kind for kind, codec in (("v", "vcodec"), ("a", "acodec")) if part.get(codec) != "none"
    )
    return Stream(str(part["url"]), kinds, dict(part.get("http_headers") or {}))


def _parameters(asking: Asking, ear: "_Ear") -> dict[str, Any]:
    cookies = asking.cookies.read_text(encoding="utf-8") if asking.cookies else None
    return {
        "allowed_extractors": [asking.extractor],
        "cachedir": str(store.home() / "yt-dlp"),
        "cookiefile": None if cookies is None else io.StringIO(cookies),
        "extractor_retries": asking.retries,
        "format": _FORMATS,
        "format_sort": _SORTING,
        "geo_bypass": False,
        "js_runtimes": {name: {} for name in RUNTIMES},
        "logger": ear,
        "noplaylist": True,
        "noprogress": True,
        "proxy": asking.proxy,
        "quiet": True,
        "retries": asking.retries,
        "skip_download": True,
        "socket_timeout": asking.silence,
    }


@dataclass(slots=True)
class _Ear:
    """Hears what yt-dlp would print."""

    warnings: list[str] = field(default_factory=list)

    def debug(self, _: str) -> None:
        """Leave out."""

    def info(self, _: str) -> None:
        """Leave out."""

    def warning(self, said: str) -> None:
        """Keep: it often says why formats are missing."""
        self.warnings.append(said)

    def error(self, _: str) -> None:
        """Leave out: the exception says it, too."""
