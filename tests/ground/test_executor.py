"""Stages: order, look-ahead, failures that cost one item, ends that leave nothing behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sfbench.errors import Reason
from sfbench.executor import Outcome, Stage
from tests.ground.works import GIB, fail, first_is_slow, stay

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", ["processes", "threads"])
def test_outcomes_come_in_the_order_of_the_items(kind):
    outcomes = list(Stage("square", first_is_slow, kind).run(range(8), workers=2))
    assert [(outcome.item, outcome.value) for outcome in outcomes] == [
        (number, number**2) for number in range(8)
    ]


@pytest.mark.parametrize("kind", ["processes", "threads"])
def test_no_items_give_no_outcomes(kind):
    assert list(Stage("square", first_is_slow, kind).run([], workers=2)) == []


@pytest.mark.parametrize("kind", ["processes", "threads"])
def test_only_a_few_items_are_taken_ahead(kind):
    taken: list[int] = []

    def endless() -> Iterator[int]:
        for number in range(1_000_000):
            taken.append(number)
            yield number

    outcomes = Stage("square", first_is_slow, kind).run(endless(), workers=2)
    for _ in range(5):
        next(outcomes)
    outcomes.close()
    assert len(taken) == 5 + 2 * 2 - 1


FAILURES = {
    "bug": "error",
    "awkward": "error",
    "network": "error",
    "exit": "crashed",
    "segfault": "crashed",
    "kill": "crashed",
    "hang": "time-out",
    "memory": "out-of-memory",
}


@pytest.fixture(scope="module")
def row() -> list[Outcome[str, str]]:
    """What becomes of every failure with a healthy item after it."""
    items = [item for how in FAILURES for item in (how, "fine")]
    return list(Stage("stage", fail, seconds=2.0, memory=2 * GIB).run(items, workers=2))


@pytest.mark.parametrize("how", FAILURES)
def test_a_failure_costs_its_item_alone(row, how):
    index = 2 * list(FAILURES).index(how)
    failed, after = row[index : index + 2]
    assert (failed.item, failed.value) == (how, None)
    assert (failed.reason.step, failed.reason.code) == ("stage", FAILURES[how])
    assert failed.reason.retryable == (how == "hang")
    assert (after.value, after.reason) == ("fine", None)


@pytest.mark.parametrize("kind", ["processes", "threads"])
def test_the_reason_of_a_clip_error_is_kept(kind):
    (outcome,) = Stage("stage", fail, kind).run(["clip"], workers=1)
    assert outcome.reason == Reason("step", "no-sound", "mute", retryable=True)


def test_the_detail_of_a_bug_names_it():
    (outcome,) = Stage("stage", fail, "threads").run(["awkward"], workers=1)
    assert outcome.reason.detail == "AwkwardError: ab"


def test_an_item_that_cannot_be_sent_costs_itself_alone():
    odd, plain = Stage("stage", fail).run([lambda: "a", "a"], workers=1)
    assert odd.reason.code == "error"
    assert plain.value == "a"


def test_an_error_of_the_source_ends_the_run():
    def torn() -> Iterator[int]:
        yield 1
        raise OSError("the source broke")

    with pytest.raises(OSError, match="the source broke"):
        list(Stage("square", first_is_slow).run(torn(), workers=1))


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait for a condition; say whether it came."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def alive(process: int) -> bool:
    """Say whether a process runs; one that waits to be buried does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def workers_in(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.iterdir()]


linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


@linux
def test_closing_early_stops_the_workers(tmp_path):
    outcomes = Stage("stay", stay, seconds=600.0).run(
        ["no folder", *[str(tmp_path)] * 9], workers=2
    )
    assert next(outcomes).reason.code == "error"
    assert until(lambda: len(workers_in(tmp_path)) == 2)
    outcomes.close()
    assert until(lambda: not any(map(alive, workers_in(tmp_path))))


@pytest.fixture
def staying(tmp_path) -> Iterator[subprocess.Popen[bytes]]:
    """A program in the middle of a stage with two workers that stay for long."""
    command = [sys.executable, "-m", "tests.ground.works", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as program:
        try:
            assert until(lambda: len(workers_in(tmp_path)) == 2)
            yield program
        finally:
            program.kill()
            for worker in filter(alive, workers_in(tmp_path)):
                os.kill(worker, signal.SIGKILL)


@linux
def test_an_interrupt_ends_the_program_and_its_workers(staying, tmp_path):
    for process in (staying.pid, *workers_in(tmp_path)):  # as a terminal does
        os.kill(process, signal.SIGINT)
    assert staying.wait(timeout=20) == 130
    assert staying.stderr.read() == b""
    assert until(lambda: not any(map(alive, workers_in(tmp_path))))


@linux
def test_workers_end_when_the_program_is_killed(staying, tmp_path):
    staying.kill()
    staying.wait(timeout=20)
    assert until(lambda: not any(map(alive, workers_in(tmp_path))))


def test_threads_are_gone_after_a_run():
    before = threading.active_count()
    list(Stage("square", first_is_slow, "threads").run(range(4), workers=2))
    assert until(lambda: threading.active_count() == before)
