"""Every command that README and the other pages show is typed here, as a newcomer would."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("docs/**/*.md")])
SETUP = "python3 -m venv"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def commands(page):
    lines = "\n".join(BLOCK.findall(page.read_text())).splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


SHOWN = re.compile(r"`([\w.-]+)`:\n\n```(?:python|toml)\n(.*?)```", re.DOTALL)

SETUPS = [command for page in PAGES for command in commands(page) if command.startswith(SETUP)]
PLAIN = [command for page in PAGES for command in commands(page) if not command.startswith(SETUP)]


def type_in(folder, command, **variables):
    """Run one documented command line; it is our own text, so a shell may read it."""
    return subprocess.run(
        ["bash", "-ec", command],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=900,
    )


def test_the_readme_shows_two_commands_that_set_everything_up():
    demo, tests = (command for command in commands(ROOT / "README.md") if SETUP in command)
    assert demo.endswith("sfbench demo")
    assert tests.endswith("pytest")


def test_continuous_integration_types_the_readmes_test_command():
    reading = re.search(r"command=\$\((.*)\)\n", (ROOT / ".ci" / "run").read_text()).group(1)
    assert type_in(ROOT, reading).stdout.strip() == SETUPS[1]


@pytest.mark.slow
def test_the_readmes_demo_command_works_in_a_fresh_copy(tmp_path):
    fresh = tmp_path / "fresh"
    left_out = shutil.ignore_patterns(".*", "demo", "runs", "vgg-c", "__pycache__")
    shutil.copytree(ROOT, fresh, ignore=left_out)
    ended = type_in(fresh, SETUPS[0], SFBENCH_HOME=str(tmp_path / "home"))
    assert ended.returncode == 0, ended.stderr
    assert (fresh / "demo" / "leaderboard" / "leaderboard.html").stat().st_size > 10**6


@pytest.mark.slow
def test_every_other_command_of_the_pages_works_in_their_order(tmp_path):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for page in PAGES:
        for name, content in SHOWN.findall(page.read_text()):
            (tmp_path / name).write_text(content)
    for command in PLAIN:
        if "takes/" in command and not (tmp_path / "takes").exists():
            _bring_takes(tmp_path)
        ended = type_in(tmp_path, command, PATH=path, SFBENCH_HOME=str(tmp_path / "home"))
        assert ended.returncode == 0, f"{command}\n{ended.stderr}"


def _bring_takes(folder):
    """Lay out the folders that the pages speak of: somebody's takes, and the truth."""
    (made,) = (folder / "runs" / "retrieval").glob("*/takes")
    shutil.copytree(made, folder / "takes")
    (folder / "truth").mkdir()
    for take in (folder / "takes").iterdir():
        (video,) = (folder / "vgg-c" / "test").glob(f"{take.stem}.mp4")
        shutil.copy(video, folder / "truth")
