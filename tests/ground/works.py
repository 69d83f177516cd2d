"""What the tests let a stage do; its workers import this file, so it imports little."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

from sfbench.errors import ClipError, Reason
from sfbench.executor import Stage

GIB = 1 << 30


class AwkwardError(Exception):
    """Cannot be unpickled: its arguments are not those of its constructor."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def first_is_slow(number: int) -> int:
    time.sleep(0.3 if number == 0 else 0.0)
    return number * number


def fail(how: str) -> str:
    """Fail in the way that is asked for."""
    match how:
        case "clip":
            raise ClipError(Reason("step", "no-sound", "mute", retryable=True))
        case "bug":
            raise KeyError("a bug")
        case "awkward":
            raise AwkwardError("a", "b")
        case "network":
            raise TimeoutError("no answer")
        case "exit":
            os._exit(3)
        case "segfault":
            ctypes.string_at(0)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(600)
        case "memory":
            return str(len(bytearray(3 * GIB)))
    return how


def stay(folder: str) -> None:
    """Leave this worker's process id in the folder, then work for long."""
    Path(folder, str(os.getpid())).touch()
    time.sleep(600)


def main() -> int:
    """Run a stage whose two workers stay for long; 130 says that it was interrupted."""
    # A test run that a script put in the background ignores the interrupt, and hands that down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        list(Stage("stay", stay).run([sys.argv[1]] * 2, workers=2))
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
