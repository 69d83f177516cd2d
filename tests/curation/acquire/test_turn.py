import os
import subprocess
import sys
import time

import pytest

from sfbench.curation.acquire.turn import wait_turn


def test_turns_are_apart(tmp_path):
    began = time.monotonic()
    for _ in range(3):
        wait_turn(tmp_path / "a" / "turn", 0.1)
    assert 0.2 <= time.monotonic() - began < 2


def test_no_distance_is_no_wait(tmp_path):
    wait_turn(tmp_path / "turn", 0.0)
    assert not (tmp_path / "turn").exists()


@pytest.mark.parametrize("left", [b"", b"torn", b"9e99", b"nan"])
def test_a_file_that_says_nothing_holds_nobody_up(tmp_path, left):
    (tmp_path / "turn").write_bytes(left)
    began = time.monotonic()
    wait_turn(tmp_path / "turn", 0.1)
    assert time.monotonic() - began < 1


@pytest.mark.skipif(os.name != "posix", reason="files are not claimed there")
def test_processes_take_turns(tmp_path):
    code = (
        "import sys, time; from pathlib import Path;"
        "from sfbench.curation.acquire.turn import wait_turn;"
        "[(wait_turn(Path(sys.argv[1]), 0.1), print(time.time())) for _ in range(3)]"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "turn")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    times = sorted(float(line) for one in started for line in one.communicate()[0].split())
    assert len(times) == 9
    assert times[-1] - times[0] >= 0.75
