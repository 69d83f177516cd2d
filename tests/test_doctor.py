"""What the doctor says of this machine, and of worse ones."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yt_dlp

from sfbench import doctor
from sfbench.curation.acquire import tools as acquire_tools
from sfbench.doctor import Check, diagnose, diagnosis_text
from sfbench.media import write
from sfbench.weights.holding import Holding


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path / "deep" / "home"))
    monkeypatch.delenv("SFBENCH_OFFLINE", raising=False)
    return tmp_path / "deep" / "home"


def found(name: str) -> Check:
    return {check.name: check for check in diagnose()}[name]


def test_a_machine_that_runs_the_tests_has_all_that_is_needed():
    failing = [check for check in diagnose() if check.ok is False]
    assert failing == []


def test_every_check_that_is_not_well_says_what_to_type(monkeypatch):
    monkeypatch.setattr(doctor, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    unwell = [check for check in diagnose() if not check.ok]
    assert {"packages", "torch", "datasets", "browser"} <= {check.name for check in unwell}
    assert all(check.mend for check in unwell)


def test_media_names_ffmpeg_and_both_codecs():
    check = found("media")
    assert "FFmpeg" in check.detail
    assert "H.264 and AAC written and read" in check.detail


def test_an_encoder_that_breaks_is_a_finding_and_the_others_are_still_looked_at(monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("no such encoder")

    monkeypatch.setattr(write, "write_mp4", broken)
    check = found("media")
    assert check.ok is False
    assert check.detail == "RuntimeError: no such encoder"
    assert check.mend == "pip install --force-reinstall av soxr"
    assert found("sound files").ok


def test_a_codec_that_changes_the_clip_is_a_finding(monkeypatch):
    write_mp4 = write.write_mp4

    def silent(path, frames, fps, sound, sample_rate):
        write_mp4(path, frames, fps, 0 * sound, sample_rate)

    monkeypatch.setattr(write, "write_mp4", silent)
    check = found("media")
    assert check.ok is False
    assert "came back changed" in check.detail


def test_a_missing_core_package_fails_and_an_optional_one_does_not(monkeypatch):
    missing = {"pebble", "torch"}
    real = importlib.util.find_spec
    monkeypatch.setattr(doctor, "find_spec", lambda name: None if name in missing else real(name))
    assert found("packages") == Check("packages", False, "missing: pebble", "pip install pebble")
    assert found("torch").ok is None
    assert found("torch").mend == "pip install 'sfbench[weights]'"


def tools(**changes: object) -> acquire_tools.Tools:
    known = {"ytdlp": "2026.08.19", "age_days": 3, "ffmpeg": "9.0", "runtime": "deno 2.9"}
    return acquire_tools.Tools(**(known | changes))


@pytest.mark.parametrize(
    "changes, ok, mend",
    [
        ({}, True, None),
        ({"age_days": 200}, None, "pip install -U 'yt-dlp[default]'"),
        ({"runtime": None}, None, "pip install 'yt-dlp[default,deno]'"),
    ],
)
def test_downloads_want_a_young_ytdlp_and_a_javascript_runtime(monkeypatch, changes, ok, mend):
    monkeypatch.setattr(acquire_tools, "look", lambda: tools(**changes))
    check = found("downloads")
    assert (check.ok, check.mend) == (ok, mend)
    assert "yt-dlp 2026.08.19" in check.detail


def test_downloads_that_cannot_be_looked_at_are_no_failure(monkeypatch):
    def broken() -> None:
        raise OSError("no such file")

    monkeypatch.setattr(acquire_tools, "look", broken)
    assert found("downloads").ok is None
    assert "no such file" in found("downloads").detail


def test_what_downloads_are_made_with_is_named():
    made_with = acquire_tools.look()
    assert made_with.ffmpeg[0] in "n0123456789"
    assert f"yt-dlp {yt_dlp.version.__version__}" in str(made_with)


def test_the_home_is_looked_at_and_not_made(home):
    check = found("home")
    assert check.ok
    assert str(home) in check.detail
    assert not home.parent.exists()


def test_a_home_below_a_file_fails(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path / "file" / "home"))
    check = found("home")
    assert check.ok is False
    assert check.mend.startswith("export SFBENCH_HOME=")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_may_not_be_written_fails(tmp_path):
    tmp_path.chmod(0o500)
    assert found("home").ok is False


def test_a_full_disk_is_told_and_does_not_fail(monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    check = found("home")
    assert check.ok is None
    assert "0.0 GiB free" in check.detail


def test_a_benchmark_without_models_fails(monkeypatch):
    monkeypatch.setattr(doctor, "names", lambda area: [] if area == "model" else ["one"])
    check = found("benchmark")
    assert check.ok is False
    assert check.detail == "curation: one; model: none; eval: one"


def test_an_unsupported_python_fails(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    assert doctor._python().ok is False


def test_offline_is_told(monkeypatch):
    monkeypatch.setenv("SFBENCH_OFFLINE", "1")
    assert found("network").detail == "SFBENCH_OFFLINE is set: nothing is fetched"


def test_weights_that_are_not_here_are_optional_and_named(monkeypatch):
    common = {"file": "f", "size": 1, "licence": "MIT", "address": "https://weights.invalid/f"}
    rows = [
        Holding(name="one", status="present", **common),
        Holding(name="two", status="missing", **common),
        Holding(name="three/a.json", status="missing", **common),
        Holding(name="three/b.bin", status="missing", **common),
    ]
    monkeypatch.setattr(doctor, "list_weights", lambda: rows)
    assert found("weights") == Check(
        "weights", None, "1 of 4 are here", "sfbench weights fetch two three"
    )


def test_the_text_has_a_line_for_each_check_and_one_for_what_mends_it():
    checks = [
        Check("a", True, "well"),
        Check("bcd", False, "ill", "mend bcd"),
        Check("e", None, "absent", "get e"),
    ]
    assert diagnosis_text(checks).splitlines() == [
        "ok     a    well",
        "FAILS  bcd  ill",
        "            mend: mend bcd",
        "-      e    absent",
        "            mend: get e",
        "1 needed thing fails",
    ]
    assert diagnosis_text(checks[:1]).endswith("everything needed works")


def test_looking_imports_nothing_heavy():
    code = (
        "import sys; from sfbench.doctor import diagnose; diagnose();"
        "print(sorted({'torch', 'datasets', 'scipy', 'pandas', 'playwright'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
