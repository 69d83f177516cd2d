"""Why a video cannot be had: a stable code for everything that yt-dlp and ffmpeg say.

yt-dlp's exception classes are few, and what YouTube says arrives as words inside of them; so the
words decide first, then HTTP's status, then the class. Words that nobody knows are never final.
"""

import re
from collections.abc import Iterator

from sfbench.errors import Reason

STEP = "media"

RETRYABLE = {
    "gone": False,
    "private": False,
    "account-terminated": False,
    "geo-blocked": False,
    "age-gate": False,
    "copyright": False,
    "bot-wall": True,
    "rate-limited": True,
    "no-formats": True,
    "network": True,
    "cut-failed": True,
    "no-audio": False,
    "no-video": False,
    "too-short": False,
    "decode-error": False,
    "unsafe-address": False,
    "too-large": False,
}
"""Every code, and whether the next run tries again; the others need `--retry failed`."""

# The first that fits counts. What YouTube says of this machine stands before what it says of the
# video, and a block in one country before a block everywhere.
_SAYINGS = [
    ("bot-wall", r"not a bot|IP is likely being blocked|captcha challenge|unusual traffic"),
    ("rate-limited", r"rate-limited by YouTube|hit the request limit|Too Many Requests"),
    ("rate-limited", r"content isn't available, try again later"),
    ("no-formats", r"not available on this app|page needs to be reloaded|DRM protected"),
    ("no-formats", r"Requested format is not available|No video formats found"),
    ("no-formats", r"Premieres in|live event will begin|live stream recording is not available"),
    ("geo-blocked", r"(available|blocked it|blocked) in your country|geo restriction"),
    ("account-terminated", r"account associated with this video has been (terminated|closed)"),
    ("account-terminated", r"account has been terminated|uploader has closed their"),
    ("copyright", r"copyright"),
    ("age-gate", r"confirm your age|age-restricted|inappropriate for some users"),
    ("private", r"private video|video is private|members-only|Join this channel"),
    (
        "private",
        r"available to this channel's members|requires payment|available for registered users",
    ),
    ("gone", r"video unavailable|video (is|has been) (removed|deleted)|video does not exist"),
    ("gone", r"no longer available|video (is not|isn't) available|removed by the uploader"),
    ("gone", r"removed for violating|video has been removed"),
]

# What ffmpeg prints; sources: libavformat/http.c, avio.c and mov.c, libavutil/error.c, fftools.
_CUTTING = [
    ("unsafe-address", r"Protocol '\w+' not on whitelist"),
    ("rate-limited", r"429 Too Many Requests"),
    ("gone", r"404 Not Found|410 Gone"),
    ("network", r"Server returned [45]|HTTP error [45]|Stream ends prematurely"),
    ("network", r"timed out|Connection re(fused|set)|Network is unreachable|Broken pipe"),
    ("network", r"Input/output error|certificate verify failed|Error opening input: End of file"),
    ("no-video", r"Stream (map|specifier) '(\d+)?:v' .*matches no streams"),
    ("no-audio", r"Failed to set value '\d+:a' for option 'map'"),
    ("no-audio", r"Stream (map|specifier) '(\d+)?:a' .*matches no streams"),
    ("decode-error", r"Invalid data found|moov atom not found|Decode error rate"),
]

_GONE = {404, 410}


def failure(code: str, detail: str, retryable: bool | None = None) -> Reason:
    """Return the reason of a code, final or not as the table says unless told otherwise.

    >>> failure("network", "the server was silent for 20 s").retryable
    True
    """
    again = RETRYABLE[code] if retryable is None else retryable
    return Reason(STEP, code, _short(detail), retryable=again)


def reason_of(error: BaseException) -> Reason:
    """Return what an exception of yt-dlp means for the video that was asked for.

    A status 404 speaks of an address, which YouTube may change, and not of the video: it counts as
    `gone`, but is tried again.
    """
    from yt_dlp.networking.exceptions import HTTPError, RequestError
    from yt_dlp.utils import ContentTooShortError, GeoRestrictedError, PostProcessingError

    chain = list(_chain(error))
    said = _short("; ".join(dict.fromkeys(_plain(str(one)) for one in chain[:2])))
    if any(isinstance(one, GeoRestrictedError) for one in chain):
        return failure("geo-blocked", said)
    if code := _first(_SAYINGS, " ".join(map(str, chain))):
        return failure(code, said)
    statuses = [one.status for one in chain if isinstance(one, HTTPError)]
    if statuses:
        return _of_status(statuses[0], said)
    if any(isinstance(one, RequestError | ContentTooShortError | OSError) for one in chain):
        return failure("network", said)
    if any(isinstance(one, PostProcessingError) for one in chain):
        return failure("cut-failed", said)
    return failure("no-formats", f"{type(error).__name__}: {said}")


def reason_of_cut(printed: str) -> Reason | None:
    """Return what ffmpeg's complaints mean, or None when they are none that is known."""
    code = _first(_CUTTING, printed)
    if code is None:
        return None
    lines = printed.splitlines()
    telling = next((line for line in lines if _first(_CUTTING, line) == code), printed)
    return failure(code, telling, retryable=True if code == "gone" else None)


def is_broken_transfer(printed: str) -> bool:
    """Say whether ffmpeg lost the connection; it may still call the result a success."""
    return _first(_CUTTING, printed) in ("network", "rate-limited")


def _plain(said: str) -> str:
    """Return what yt-dlp said without the frame that is the same around everything."""
    said = re.sub(r"\x1b\[[0-9;]*m", "", said)
    said = re.sub(r"^ERROR:\s*(\[[^\]]*\]\s*[\w-]+:\s*)?", "", said)
    return said.partition("; please report this issue on")[0]


def _of_status(status: int, said: str) -> Reason:
    if status in _GONE:
        return failure("gone", said, retryable=True)
    return failure("rate-limited" if status == 429 else "network", said)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what yt-dlp wrapped in it."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        yield error
        seen.append(error)
        wrapped = (getattr(error, "exc_info", None) or (None, None))[1]
        cause = getattr(error, "cause", None)
        error = next(
            (one for one in (cause, wrapped, error.__cause__) if _is_new(one, seen)),
            None,
        )


def _is_new(error: object, seen: list[BaseException]) -> bool:
    return isinstance(error, BaseException) and all(error is not one for one in seen)


def _first(table: list[tuple[str, str]], text: str) -> str | None:
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    fits = (code for code, words in table if re.search(words, plain, re.IGNORECASE))
    return next(fits, None)


def _short(text: str) -> str:
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())[:300]
