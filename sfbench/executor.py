"""Runs a stage: a pure function over many clips, where one failing clip is a row, not a crash."""

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import Any, Generic, Literal, TypeVar

from pebble import ProcessExpired, ProcessPool, ThreadPool

from sfbench.errors import ClipError, Reason

Item = TypeVar("Item")
Value = TypeVar("Value")
Made = tuple[Value | None, Reason | None]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Item, Value]):
    """What a stage made of one item: a value, or the reason for there being none."""

    item: Item
    value: Value | None
    reason: Reason | None = None


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
        self, items: Iterable[Item], workers: int | None = None, ahead: int | None = None
    ) -> Generator[Outcome[Item, Value], None, None]:
        """Yield one outcome per item, in the items' order; only a few items wait in memory.

        A worker that crashes, hangs or runs out of memory costs its item alone. When the caller
        stops early, or is interrupted, the workers are stopped.

        Args:
            items: The items.
            workers: How many work at once; as many as there are processors if None.
            ahead: Items that are worked on before the caller asks; twice the workers if None.
        """
        count = workers or os.cpu_count() or 1
        pool = self._pool(count)
        waiting: deque[tuple[Item, Future[Made[Value]]]] = deque()
        try:
            for item in items:
                waiting.append((item, self._schedule(pool, item)))
                if len(waiting) >= (ahead or 2 * count):
                    yield self._outcome(*waiting.popleft())
            while waiting:
                yield self._outcome(*waiting.popleft())
            pool.close()
        except BaseException:
            pool.stop()
            raise
        finally:
            pool.join()

    def _pool(self, workers: int) -> Any:
        if self.kind == "threads":
            return ThreadPool(max_workers=workers)
        return ProcessPool(
            max_workers=workers,
            context=get_context("spawn"),
            initializer=_begin_worker,
            initargs=(self,),
        )

    def _schedule(self, pool: Any, item: Item) -> "Future[Made[Value]]":
        future: Future[Made[Value]]
        if self.kind == "threads":
            future = pool.schedule(self.attempt, args=(item,))
        else:
            future = pool.schedule(_attempt, args=(item,), timeout=self.seconds)
        return future

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
            return None, Reason(self.name, "error", f"{type(error).__name__}: {error}")

    def _outcome(self, item: Item, future: "Future[Made[Value]]") -> Outcome[Item, Value]:
        try:
            return Outcome(item, *future.result())
        except Late:
            reason = Reason(self.name, "time-out", f"took over {self.seconds:g} s", True)
        except ProcessExpired as error:
            reason = Reason(self.name, "crashed", f"the worker ended: {error}")
        except Exception as error:  # the item cannot be sent to a worker
            reason = Reason(self.name, "error", f"{type(error).__name__}: {error}")
        return Outcome(item, None, reason)


_stage: Stage[Any, Any]


def _attempt(item: Any) -> Made[Any]:
    """Do the work of the stage that this worker was given at its start."""
    return _stage.attempt(item)


def _begin_worker(stage: Stage[Any, Any]) -> None:
    """Keep the memory limit, and end when the parent is gone; pebble ignores Ctrl-C here."""
    global _stage
    _stage = stage
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (stage.memory, stage.memory))
    except (ImportError, ValueError, OSError):
        pass  # no such limit on this system; the time limit still holds


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
