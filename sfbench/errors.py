"""The tree of errors.

* `SfbenchError`: the user can mend it; the command line prints the message alone.
    * `ClipError`: this clip fails, the others go on; carries a `Reason`.

A wrong argument from code is a `ValueError`. Anything else is a bug and keeps its traceback.
"""

from dataclasses import dataclass


class SfbenchError(Exception):
    """The command line prints the message alone; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a clip was not kept, or failed.

    Attributes:
        step: The step that said so, for example `health`.
        code: A stable word for counting, for example `no-sound`.
        detail: A sentence for people.
        retryable: Whether another try could end differently (a network error, a time-out).
    """

    step: str
    code: str
    detail: str = ""
    retryable: bool = False

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


class ClipError(SfbenchError):
    """One clip fails with a `Reason`; the stage that met it goes on with the next clip."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
