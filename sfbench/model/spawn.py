"""Runs an outside program: no shell, a time limit, a log, nothing left behind."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sfbench.errors import SfbenchError

_GRACE = 5.0  # seconds between asking and forcing a program to end
_TAIL = 600  # characters of the log that stand in a reason
_READ = 64_000  # bytes of the log that are looked at for them

# They would make another Python import from this one's packages.
_PRIVATE = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended.

    Attributes:
        code: Its exit code, negative for a signal; None when its time was over.
        tail: The last lines that it printed.
    """

    code: int | None
    tail: str


def spawn(
    command: Sequence[str],
    log: Path,
    *,
    seconds: float,
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Ended:
    """Run a program to its end, or to the end of its time; whatever it started ends with it.

    Args:
        command: The program and its arguments; no shell reads them.
        log: Where all that it prints is kept.
        seconds: How long it may take.
        folder: Where it runs; this process's own folder if None.
        variables: Environment variables besides this process's own.

    Raises:
        SfbenchError: There is no such program or folder.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    ours = {name: value for name, value in os.environ.items() if name not in _PRIVATE}
    with log.open("wb") as file:
        file.write(f"$ {shlex.join(command)}\n".encode(errors="replace"))
        file.flush()
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=ours | dict(variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise SfbenchError(
                f"{error.filename or command[0]} cannot be run: {error.strerror}; mend `command` "
                "or `folder` in the config"
            ) from None
        return Ended(_code(process, seconds), _tail(log))


def _code(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a program and all that it started: asked first, forced after."""
    try:
        if process.poll() is None:
            _signal(process, signal.SIGTERM)
            process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _signal(process, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        process.wait()


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    try:
        if sys.platform == "win32":
            process.terminate()
        else:
            os.killpg(process.pid, number)  # it leads a group of its own
    except (ProcessLookupError, PermissionError):
        pass  # all have ended


def _tail(log: Path) -> str:
    """Return the end of what a program printed, as plain text on one line."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _READ))
        text = file.read().decode(errors="replace")
    lines = text.splitlines()[1 if text.startswith("$ ") else 0 :]
    plain = [
        re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[^\x20-\x7e\xa0-\U0010ffff]", "", one) for one in lines
    ]
    return " ⏎ ".join(line.strip() for line in plain if line.strip())[-_TAIL:]
