"""Keeps downloads apart in time, over all processes of this machine."""

import time
from pathlib import Path

from sfbench import store
from sfbench.errors import SfbenchError

_LOOK = 0.02  # seconds between looks at a file that another process holds
_LONGEST = 600.0  # a turn further off than this was written by another clock


def wait_turn(path: Path, apart: float) -> None:
    """Return when it is this caller's turn: `apart` seconds after the turn before.

    Args:
        path: File that all callers share; it holds the time of the latest turn.
        apart: Seconds from turn to turn.
    """
    if apart <= 0:
        return
    turn = _take_turn(path, apart)
    time.sleep(max(0.0, turn - time.time()))


def _take_turn(path: Path, apart: float) -> float:
    """Return when the next turn is, and write it down for those who come after."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        _claim(file.fileno(), path)
        file.seek(0)
        now, latest = time.time(), _seconds(file.read())
        turn = max(now, latest + apart) if latest < now + _LONGEST else now
        file.truncate(0)
        file.write(repr(turn).encode())
    return turn


def _claim(descriptor: int, path: Path) -> None:
    while True:
        try:
            store.claim(descriptor, str(path))
        except SfbenchError:
            time.sleep(_LOOK)
        else:
            return


def _seconds(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0  # new, or torn by a crash
