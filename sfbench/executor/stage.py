"""What a stage is, and what runs one."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, Protocol

from sfbench.errors import ClipError, Reason
from sfbench.executor.local import Local
from sfbench.executor.outcome import Item, Made, Outcome, Value


class Engine(Protocol):
    """Where stages run; what they make does not depend on it."""

    def run(
        self, stage: "Stage[Item, Value]", items: Iterable[Item], workers: int | None
    ) -> Iterator[Outcome[Item, Value]]:
        """Yield one outcome per item, in the items' order.

        A worker that crashes, hangs or runs out of memory costs its item alone. When the caller
        stops early, or is interrupted, the workers are stopped.

        Args:
            stage: The work.
            items: What it is done to.
            workers: How many at a time; one per core when None.
        """
        ...


@dataclass(frozen=True, slots=True)
class Stage(Generic[Item, Value]):
    """A function over clips, and how it wants to be run.

    Attributes:
        name: Stands in the reasons of items that fail.
        work: Pure function of one item; a module-level function when run in processes.
        kind: `processes` for untrusted media and plain Python, `threads` for code that waits.
        seconds: Time limit for one item (processes only).
        memory: Address-space limit of a worker in bytes (processes on Linux only).
    """

    name: str
    work: Callable[[Item], Value]
    kind: Literal["processes", "threads"] = "processes"
    seconds: float = 300.0
    memory: int = 6 << 30

    def run(
        self,
        items: Iterable[Item],
        workers: int | None = None,
        ahead: int | None = None,
        engine: Engine | None = None,
    ) -> Generator[Outcome[Item, Value], None, None]:
        """Yield one outcome per item, in the items' order.

        Args:
            items: What the work is done to.
            workers: How many at a time; one per core when None.
            ahead: Items that are worked on before the caller asks; twice the workers if None.
                Says nothing to engines that are told all items at once.
            engine: Where to run; on this machine when None.
        """
        yield from (engine or Local(ahead)).run(self, items, workers)

    def attempt(self, item: Item) -> Made[Value]:
        """Return the value of one item or the reason for there being none; called by a worker.

        What was raised stays in the worker: many exceptions cannot be sent to another process,
        and one of those would cost the items that follow, too.
        """
        try:
            return self.work(item), None
        except ClipError as error:
            return None, error.reason
        except MemoryError:
            return None, Reason(self.name, "out-of-memory", f"needs over {self.memory >> 20} MiB")
        except Exception as error:
            return None, self.error(error)

    def error(self, error: Exception) -> Reason:
        """Return the reason that a bug is."""
        return Reason(self.name, "error", f"{type(error).__name__}: {error}")
