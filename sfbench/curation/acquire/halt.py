"""Stops a curation when the next download can only do harm, or only fail like those before."""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import TypeVar

from sfbench.errors import Reason, SfbenchError

Item = TypeVar("Item")

PATIENCE = 20
"""Downloads in a row that fail for want of a network or of formats before it is given up."""

_STOPPING = {
    "bot-wall": (
        "YouTube takes this machine for a robot",
        "wait some hours, or give --cookies FILE of a browser that is signed in, or --proxy URL",
    ),
    "rate-limited": (
        "YouTube limits this machine's requests",
        "wait an hour and go on with a longer --sleep, or give --proxy URL",
    ),
}
_TIRING = {
    "network": ("the network fails", "mend it, or give --proxy URL"),
    "no-formats": (
        "yt-dlp finds no formats",
        "pip install -U 'yt-dlp[default]', and see: sfbench doctor",
    ),
}


class Halt:
    """Watches how downloads end.

    A clip that meets a wall is not judged by it: nothing is written down of it, and the next run
    tries it as if for the first time.
    """

    def __init__(self) -> None:
        self._reason: Reason | None = None
        self._row = 0

    def until(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield items until acquisition has to stop."""
        return takewhile(lambda _: self._reason is None, items)

    def at(self, reason: Reason | None) -> bool:
        """Take note of how a clip ended; True when this says nothing of the clip."""
        code = reason.code if reason else None
        self._row = self._row + 1 if code in _TIRING else 0
        if code in _STOPPING or self._row >= PATIENCE:
            self._reason = self._reason or reason
        return code in _STOPPING

    def check(self, asked: int, done: int) -> None:
        """Say what to do when acquisition was stopped.

        Args:
            asked: Clips that were to be looked at.
            done: How many of them were.

        Raises:
            SfbenchError: It was.
        """
        if self._reason is None:
            return
        what, mend = (_STOPPING | _TIRING)[self._reason.code]
        raise SfbenchError(
            f"{what}, so downloading was stopped ({self._reason}); "
            f"{done} of {asked} clips were looked at, and what is finished stays so. "
            f"To go on, {mend}; then type the same command again"
        )
