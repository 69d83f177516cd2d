"""What downloads are made with on this machine."""

from dataclasses import dataclass
from datetime import date

from sfbench.curation.acquire.cut import ffmpeg_exe, ffmpeg_version
from sfbench.curation.acquire.find import RUNTIMES


@dataclass(frozen=True, slots=True)
class Tools:
    """What was found.

    Attributes:
        ytdlp: Version of yt-dlp: the date of its release.
        age_days: Days since then.
        ffmpeg: Version of the ffmpeg that cuts.
        runtime: A JavaScript runtime that yt-dlp can use, and its version; None without any, and
            then YouTube gives few formats or none.
    """

    ytdlp: str
    age_days: int
    ffmpeg: str
    runtime: str | None

    def __str__(self) -> str:
        runtime = self.runtime or "no JavaScript runtime (deno, node from 22, bun or quickjs)"
        return f"yt-dlp {self.ytdlp} ({self.age_days} days old), ffmpeg {self.ffmpeg}, {runtime}"


def look() -> Tools:
    """Return what downloads are made with here.

    Raises:
        ClipError: There is no ffmpeg for this machine.
    """
    from yt_dlp.version import __version__

    year, month, day = (int(part) for part in __version__.split(".")[:3])
    age = (date.today() - date(year, month, day)).days
    return Tools(__version__, age, ffmpeg_version(ffmpeg_exe()), _runtime())


def _runtime() -> str | None:
    import yt_dlp  # noqa: F401 (fills the table of runtimes)
    from yt_dlp.globals import supported_js_runtimes

    for name in RUNTIMES:
        found = supported_js_runtimes.value[name]().info
        if found is not None and found.supported:
            return f"{name} {found.version}"
    return None
