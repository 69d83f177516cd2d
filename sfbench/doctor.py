"""What works on this machine, and the command that mends what doesn't.

Light: packages are looked up, not imported, except the small ones that are tried out.
"""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from sfbench import store
from sfbench.benchmark_files import names
from sfbench.weights.declaration import NONE_DECLARED
from sfbench.weights.fetch import is_offline
from sfbench.weights.holding import list_weights

_GIBIBYTE = 1 << 30
_STALE = 90  # days after which YouTube has usually changed too much for a yt-dlp

# name on import, name of the distribution
_CORE = {"jinja2": "jinja2", "pebble": "pebble", "PIL": "pillow", "rich": "rich", "typer": "typer"}

# name on import and of the distribution: what needs it, what installs it
_OPTIONAL = {
    "httpx": ("fetching weights", "pip install 'sfbench[weights]'"),
    "safetensors": ("reading .safetensors weights", "pip install 'sfbench[weights]'"),
    "torch": ("networks", "pip install 'sfbench[weights]'"),
    "diffusers": ("the diffusion models", "pip install 'sfbench[models]'"),
    "datasets": ("loading a dataset folder with load_dataset", "pip install 'sfbench[data]'"),
    "playwright": ("the test of the report page", "pip install 'sfbench[test]'"),
}

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What was looked at.
        ok: True when it works, False when something needed does not, None when something optional
            is missing.
        detail: What was found.
        mend: What to type, or None when there is nothing to mend.
    """

    name: str
    ok: bool | None
    detail: str
    mend: str | None = None


def diagnose() -> list[Check]:
    """Return what works on this machine, needed things first."""
    return [
        _tried("python", _python, "install Python 3.11, 3.12 or 3.13"),
        _tried("packages", _packages, "pip install --force-reinstall sfbench"),
        _tried("media", _media, "pip install --force-reinstall av soxr"),
        _tried("sound files", _sound_files, "pip install --force-reinstall soundfile"),
        _tried("benchmark", _benchmark, "pip install --force-reinstall sfbench"),
        _tried("home", _home, "export SFBENCH_HOME=DIR  # a folder that you may write to"),
        _tried("machine", _machine, None),
        _tried("network", _network, None),
        _tried("weights", _weights, "sfbench weights verify"),
        _tried("downloads", _downloads, None),
        *(_optional(package) for package in _OPTIONAL),
        _tried("browser", _browser, None),
    ]


def diagnosis_text(checks: Sequence[Check]) -> str:
    """Return the checks for people: a line each, what mends it below, a summary last."""
    words = {True: "ok", False: "FAILS", None: "-"}
    width = max((len(check.name) for check in checks), default=0)
    lines = []
    for check in checks:
        lines.append(f"{words[check.ok]:5}  {check.name:{width}}  {check.detail}")
        if check.mend:
            lines.append(f"{'':5}  {'':{width}}  mend: {check.mend}")
    failing = sum(check.ok is False for check in checks)
    things = "thing fails" if failing == 1 else "things fail"
    lines.append(f"{failing} needed {things}" if failing else "everything needed works")
    return "\n".join(lines)


def _tried(name: str, look: Callable[[], Check], mend: str | None) -> Check:
    try:
        return look()
    except Exception as error:  # a check that breaks is itself what was to be found out
        return Check(name, False, f"{type(error).__name__}: {error}", mend)


def _python() -> Check:
    found = platform.python_version()
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        return Check("python", True, f"{found}, {platform.system()} {platform.machine()}")
    return Check("python", False, f"{found} is not supported", "install Python 3.11, 3.12 or 3.13")


def _packages() -> Check:
    missing = [package for name, package in _CORE.items() if find_spec(name) is None]
    if missing:
        return Check(
            "packages", False, f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}"
        )
    return Check("packages", True, ", ".join(_installed(name) for name in _CORE.values()))


def _installed(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} of unknown version"


def _media() -> Check:
    """Write half a second of grey and hum, read it back, and see that both are there."""
    import av

    from sfbench.media.read import read_media
    from sfbench.media.write import write_mp4

    hum = (0.5 * np.sin(2 * np.pi * 440 * np.arange(8000) / 16000)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        write_mp4(path, [np.full((64, 64, 3), 128, np.uint8)] * 5, 10, hum, 16000)
        media = read_media(path, rates=(8000,), fps=10.0)
    grey, loudness = float(media.frames.mean()), float(np.abs(media.sound[8000]).max())
    if abs(grey - 128) > 8 or not 0.3 < loudness < 0.7:
        raise RuntimeError(f"a clip came back changed: grey {grey:.0f}, peak {loudness:.2f}")
    tools = f"{_installed('av')}, FFmpeg {av.ffmpeg_version_info}, {_installed('soxr')}"
    return Check("media", True, f"{tools}: H.264 and AAC written and read")


def _sound_files() -> Check:
    import soundfile

    from sfbench.media.write import write_wav

    ramp = np.linspace(-1, 1, 1000, dtype=np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ramp.wav"
        write_wav(path, ramp, 16000)
        found, _ = soundfile.read(path, dtype="float32")
    if not np.array_equal(found, ramp):
        raise RuntimeError("a WAV file came back changed")
    library = soundfile.__libsndfile_version__
    return Check("sound files", True, f"{_installed('soundfile')}, libsndfile {library}")


def _benchmark() -> Check:
    found = {area: names(area) for area in ("curation", "model", "eval")}
    detail = "; ".join(f"{area}: {', '.join(rows) or 'none'}" for area, rows in found.items())
    if all(found.values()):
        return Check("benchmark", True, detail)
    return Check("benchmark", False, detail, "pip install --force-reinstall sfbench")


def _home() -> Check:
    home = store.home()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    with tempfile.TemporaryFile(dir=there) as file:
        file.write(b"written")
    free = shutil.disk_usage(there).free
    detail = f"{home} can be written, {free / _GIBIBYTE:.1f} GiB free"
    if free < _GIBIBYTE:
        return Check("home", None, detail, "export SFBENCH_HOME=DIR  # on a disk with more room")
    return Check("home", True, detail)


def _machine() -> Check:
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    memory = _memory()
    told = "unknown" if memory is None else f"{memory / _GIBIBYTE:.1f} GiB"
    return Check("machine", True, f"{cores} cores, memory {told}")


def _memory() -> int | None:
    """Return the memory that this process may use, in bytes, or None where nobody tells."""
    if sys.platform == "win32":
        return None
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    container = Path("/sys/fs/cgroup/memory.max")
    limit = container.read_text().strip() if container.is_file() else "max"
    return min(memory, int(limit)) if limit.isdecimal() else memory


def _network() -> Check:
    if is_offline():
        return Check("network", True, "SFBENCH_OFFLINE is set: nothing is fetched")
    use = "used only to fetch weights, lists and, with --download, clips"
    return Check("network", True, f"{use}; SFBENCH_OFFLINE=1 forbids it")


def _weights() -> Check:
    holdings = list_weights()
    if not holdings:
        return Check("weights", True, NONE_DECLARED)
    absent = [holding.name for holding in holdings if not holding.usable]
    detail = f"{len(holdings) - len(absent)} of {len(holdings)} are here"
    if not absent:
        return Check("weights", True, detail)
    rows = dict.fromkeys(name.partition("/")[0] for name in absent)
    return Check("weights", None, detail, f"sfbench weights fetch {' '.join(rows)}")


def _downloads() -> Check:
    """Look at what gets videos from YouTube, which changes every few weeks."""
    lacking = [name for name in ("yt_dlp", "ffmpeg", "imageio_ffmpeg") if find_spec(name) is None]
    if lacking:
        detail = f"{', '.join(lacking)} not installed; only for sfbench curate --download"
        return Check("downloads", None, detail, "pip install 'sfbench[vggsound]'")
    from sfbench.curation.acquire.tools import look

    try:
        tools = look()
    except Exception as error:  # nothing else needs it, so that it is no failure
        detail = f"cannot be used: {type(error).__name__}: {error}"
        return Check("downloads", None, detail, "pip install -U 'sfbench[vggsound]'")
    detail = f"{tools}, for sfbench curate --download"
    if tools.age_days > _STALE:
        return Check("downloads", None, detail, "pip install -U 'yt-dlp[default]'")
    if tools.runtime is None:
        return Check("downloads", None, detail, "pip install 'yt-dlp[default,deno]'")
    return Check("downloads", True, detail)


def _optional(package: str) -> Check:
    use, mend = _OPTIONAL[package]
    if find_spec(package) is None:
        return Check(package, None, f"not installed; only for {use}", mend)
    return Check(package, True, f"{_installed(package)}, for {use}")


def _browser() -> Check:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        detail = "no Chromium found; only for the test of the report page"
        return Check("browser", None, detail, "playwright install chromium")
    return Check("browser", True, f"{found}, for the test of the report page")
