import inspect
import re
from types import SimpleNamespace

import pytest
import yt_dlp
from yt_dlp.extractor import common
from yt_dlp.extractor.youtube import YoutubeIE, _video
from yt_dlp.networking import exceptions as network
from yt_dlp.utils import (
    ContentTooShortError,
    DownloadError,
    ExtractorError,
    GeoRestrictedError,
    PostProcessingError,
    UnsupportedError,
)

from sfbench.curation.acquire.failures import (
    RETRYABLE,
    failure,
    is_broken_transfer,
    reason_of,
    reason_of_cut,
)
from sfbench.curation.acquire.find import Asking, find_streams
from sfbench.errors import ClipError

# What YouTube itself says; yt-dlp passes it on.
YOUTUBE_SAYS = [
    ("Sign in to confirm you\u2019re not a bot. Use --cookies-from-browser", "bot-wall"),
    ("Sign in to confirm you're not a bot", "bot-wall"),
    ("Video unavailable. This content isn\u2019t available, try again later", "rate-limited"),
    ("Video unavailable", "gone"),
    ("Video unavailable. This video has been removed by the uploader", "gone"),
    ("This video has been removed for violating YouTube's Terms of Service", "gone"),
    ("This video isn't available anymore", "gone"),
    ("Private video. Sign in if you've been granted access to this video", "private"),
    ("This video is private", "private"),
    ("Join this channel to get access to members-only content like this video", "private"),
    ("This video is available to this channel's members on level: Fan", "private"),
    (
        "Video unavailable. This video is no longer available because the YouTube account "
        "associated with this video has been terminated",
        "account-terminated",
    ),
    (
        "This video is no longer available because the uploader has closed their YouTube account",
        "account-terminated",
    ),
    (
        "Video unavailable. This video is no longer available due to a copyright claim by X",
        "copyright",
    ),
    ("Video unavailable. This video contains content from X, who has blocked it "
     "on copyright grounds", "copyright"),
    ("Video unavailable. This video contains content from X, who has blocked it in your country "
     "on copyright grounds", "geo-blocked"),
    ("Sign in to confirm your age. This video may be inappropriate for some users", "age-gate"),
    ("The following content is not available on this app. Watch on the latest version of YouTube",
     "no-formats"),
    ("The page needs to be reloaded", "no-formats"),
    ("Premieres in 3 hours", "no-formats"),
    ("This live event will begin in a few moments", "no-formats"),
    ("Something that YouTube never said before", "no-formats"),
]  # fmt: skip

# What yt-dlp says itself, and where.
YTDLP_SAYS = [
    ("All player responses are invalid. Your IP is likely being blocked by Youtube", "bot-wall",
     _video),
    ("YouTube is requiring a captcha challenge before playback", "bot-wall", _video),
    ("has been rate-limited by YouTube for up to an hour", "rate-limited", _video),
    ("This content isn't available, try again later", "rate-limited", _video),
    ("The uploader has not made this video available in your country", "geo-blocked", _video),
    ("confirm your age", "age-gate", _video),
    ("Private video", "private", _video),
    ("Video unavailable", "gone", _video),
    ("Failed to extract any player response", "no-formats", _video),
    ("This video is DRM protected", "no-formats", common),
    ("This video is only available for registered users", "private", common),
    ("This video is not available from your location due to geo restriction", "geo-blocked",
     common),
    ("No video formats found!", "no-formats", yt_dlp.YoutubeDL),
    ("Requested format is not available", "no-formats", yt_dlp.YoutubeDL),
]  # fmt: skip


def youtube_reason(monkeypatch, act):
    """Return what comes out of our code when yt-dlp's YouTube extractor acts like that."""
    monkeypatch.setattr(YoutubeIE, "_real_extract", act)
    asking = Asking(extractor="youtube", proxy="http://127.0.0.1:9", retries=0, silence=0.5)
    with pytest.raises(ClipError) as caught:
        find_streams("https://www.youtube.com/watch?v=-film0000_1", asking)
    return caught.value.reason


@pytest.mark.parametrize("message, code", YOUTUBE_SAYS)
def test_what_youtube_says_has_a_code(monkeypatch, message, code):
    reason = youtube_reason(monkeypatch, lambda self, _: self.raise_no_formats(message, True))
    assert (reason.code, reason.retryable) == (code, RETRYABLE[code])
    assert message.replace("\u2019", "'")[:40] in reason.detail.replace("\u2019", "'")


@pytest.mark.parametrize("message, code, place", YTDLP_SAYS)
def test_what_ytdlp_says_has_a_code_and_stands_in_its_source(message, code, place):
    assert message in inspect.getsource(inspect.getmodule(place))
    assert reason_of(DownloadError(f"ERROR: [youtube] -film0000_1: {message}")).code == code


def test_a_country_is_known_by_its_class_whatever_it_says(monkeypatch):
    def refuse(self, _):
        raise GeoRestrictedError("Pas ici", countries=["FR"])

    assert youtube_reason(monkeypatch, refuse).code == "geo-blocked"


def test_an_extractor_that_breaks_is_never_final(monkeypatch):
    for error in (KeyError("formats"), TypeError("no"), ExtractorError("Unable to extract")):

        def breaks(self, _, error=error):
            raise error

        reason = youtube_reason(monkeypatch, breaks)
        assert (reason.code, reason.retryable) == ("no-formats", True)


def test_lists_of_videos_and_missing_kinds_are_refused(monkeypatch):
    one = {"url": "https://a.googlevideo.com/v", "format_id": "1", "ext": "mp4"}

    def listing(formats):
        return lambda self, _: {"id": "x", "title": "x", "formats": formats}

    mute = [{**one, "vcodec": "h264", "acodec": "none"}]
    dark = [{**one, "vcodec": "none", "acodec": "aac"}]
    assert youtube_reason(monkeypatch, listing(mute)).code == "no-audio"
    assert youtube_reason(monkeypatch, listing(dark)).code == "no-video"
    assert youtube_reason(monkeypatch, listing(dark)).retryable, "another answer may list more"
    several = {"_type": "playlist", "id": "x", "entries": []}
    assert youtube_reason(monkeypatch, lambda self, _: several).code == "no-formats"


def test_pictures_and_sound_may_lie_in_two_places(monkeypatch):
    def formats(self, _):
        base = {"ext": "mp4", "protocol": "https"}
        rows = [
            {"format_id": "a", "url": "https://g/a", "vcodec": "none", "acodec": "aac"},
            {"format_id": "s", "url": "https://g/s", "vcodec": "h264", "height": 480},
            {"format_id": "l", "url": "https://g/l", "vcodec": "h264", "height": 1080},
        ]
        rows = [{"acodec": "none", **base, **row} for row in rows]
        return {"id": "x", "title": "x", "formats": rows, "duration": 60}

    monkeypatch.setattr(YoutubeIE, "_real_extract", formats)
    asking = Asking(extractor="youtube", proxy="http://127.0.0.1:9")
    streams = find_streams("https://www.youtube.com/watch?v=-film0000_1", asking)
    assert [(one.url, one.kinds) for one in streams] == [("https://g/s", "v"), ("https://g/a", "a")]
    assert "User-Agent" in streams[0].headers


def http_error(status):
    response = SimpleNamespace(status=status, reason="x", close=lambda: None)
    return network.HTTPError(response)


CLASSES = [
    (http_error(404), "gone"),
    (http_error(410), "gone"),
    (http_error(403), "network"),
    (http_error(429), "rate-limited"),
    (http_error(500), "network"),
    (network.TransportError("x"), "network"),
    (network.IncompleteRead(5, 10), "network"),
    (network.SSLError("x"), "network"),
    (network.CertificateVerifyError("x"), "network"),
    (network.ProxyError("x"), "network"),
    (network.NoSupportingHandlers([], []), "network"),
    (ContentTooShortError(5, 10), "network"),
    (ConnectionResetError(), "network"),
    (PostProcessingError("Conversion failed!"), "cut-failed"),
    (UnsupportedError("http://x"), "no-formats"),
]


@pytest.mark.parametrize("error, code", CLASSES)
def test_every_class_of_ytdlp_has_a_code_bare_and_wrapped(error, code):
    inner = ExtractorError("Unable to download webpage", cause=error, expected=True)
    for one in (error, DownloadError("ERROR", (type(error), error, None)), inner):
        assert reason_of(one).code == code
    outer = DownloadError("ERROR", (type(inner), inner, None))
    assert reason_of(outer).code == code


def test_a_status_speaks_of_an_address_and_is_never_final():
    assert all(reason_of(http_error(status)).retryable for status in range(400, 600))


def test_wrapped_exceptions_that_go_round_in_a_circle_end():
    error = ExtractorError("x")
    error.cause = error
    assert reason_of(error).code == "no-formats"


@pytest.mark.parametrize(
    "printed, code",
    [
        ("Error opening input: Server returned 404 Not Found", "gone"),
        ("Error opening input: Server returned 403 Forbidden (access denied)", "network"),
        ("Error opening input: Server returned 429 Too Many Requests", "rate-limited"),
        ("Error opening input: Server returned 5XX Server Error reply", "network"),
        ("[http @ 0x1] Error reading HTTP response: Connection timed out", "network"),
        ("[http @ 0x1] Stream ends prematurely at 23921, should be 47842", "network"),
        ("[http @ 0x1] Protocol 'file' not on whitelist 'http,tls'!", "unsafe-address"),
        ("Stream specifier ':v' in filtergraph description [0:v]x matches no streams.", "no-video"),
        ("Failed to set value '0:a' for option 'map': Invalid argument", "no-audio"),
        ("[in#0 @ 0x1] moov atom not found", "decode-error"),
        ("Something that ffmpeg never said before", None),
    ],
)
def test_what_ffmpeg_prints_has_a_code(printed, code):
    reason = reason_of_cut(f"[x] before\n{printed}\nError opening input files: Invalid argument")
    assert (reason and reason.code) == code
    assert reason is None or printed in reason.detail
    assert is_broken_transfer(printed) == (code in ("network", "rate-limited"))


def test_every_code_is_a_word_for_counting():
    asked = """gone private account-terminated geo-blocked age-gate copyright bot-wall rate-limited
        no-formats network cut-failed no-audio no-video too-short decode-error"""
    assert set(asked.split()) <= RETRYABLE.keys()
    assert all(re.fullmatch(r"[a-z-]+", code) for code in RETRYABLE)
    with pytest.raises(KeyError):
        failure("unheard-of", "x")


def test_the_frame_around_a_message_is_left_out():
    said = "ERROR: [youtube] -film0000_1: Unable to do it; please report this issue on https://x"
    assert reason_of(DownloadError(said)).detail == "DownloadError: Unable to do it"


def test_colours_and_lines_of_a_message_are_left_out():
    assert failure("network", "\x1b[0;31mERROR:\x1b[0m one\n two").detail == "ERROR: one two"
    assert len(failure("network", "x" * 9999).detail) == 300
