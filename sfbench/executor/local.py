"""Runs stages in workers of this machine."""

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Any, Generic

from pebble import ProcessExpired, ProcessPool, ThreadPool

from sfbench.errors import Reason
from sfbench.executor.outcome import Item, Made, Outcome, Value

if TYPE_CHECKING:
    from sfbench.executor.stage import Stage


@dataclass(frozen=True, slots=True)
class Local:
    """This machine; only a few items wait in memory.

    Attributes:
        ahead: Items that are worked on before the caller asks; twice the workers if None.
    """

    ahead: int | None = None

    def run(
        self, stage: "Stage[Item, Value]", items: Iterable[Item], workers: int | None
    ) -> Iterator[Outcome[Item, Value]]:
        """Yield one outcome per item, in the items' order."""
        pool = Workers(stage, workers or cores())
        try:
            yield from pool.outcomes(items, self.ahead)
        except BaseException:
            pool.stop()
            raise
        pool.close()


def cores() -> int:
    """Return the cores that this process may use; a job scheduler often gives it a few of many."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers(Generic[Item, Value]):
    """Workers of one stage; they stay for many rounds of items, until `close` or `stop`."""

    def __init__(self, stage: "Stage[Item, Value]", count: int) -> None:
        self._stage, self._count = stage, count
        self._pool = _pool(stage, count)

    def outcomes(
        self, items: Iterable[Item], ahead: int | None = None
    ) -> Iterator[Outcome[Item, Value]]:
        """Yield one outcome per item, in the items' order."""
        waiting: deque[tuple[Item, Future[Made[Value]]]] = deque()
        for item in items:
            waiting.append((item, self._schedule(item)))
            if len(waiting) >= (ahead or 2 * self._count):
                yield self._outcome(*waiting.popleft())
        while waiting:
            yield self._outcome(*waiting.popleft())

    def close(self) -> None:
        """Let the workers end."""
        self._pool.close()
        self._pool.join()

    def stop(self) -> None:
        """End the workers, whatever they are at."""
        self._pool.stop()
        self._pool.join()

    def _schedule(self, item: Item) -> "Future[Made[Value]]":
        future: Future[Made[Value]]
        if self._stage.kind == "threads":
            future = self._pool.schedule(self._stage.attempt, args=(item,))
        else:
            future = self._pool.schedule(_attempt, args=(item,), timeout=self._stage.seconds)
        return future

    def _outcome(self, item: Item, future: "Future[Made[Value]]") -> Outcome[Item, Value]:
        stage = self._stage
        try:
            return Outcome(item, *future.result())
        except Late:
            reason = Reason(stage.name, "time-out", f"took over {stage.seconds:g} s", True)
        except ProcessExpired as error:
            reason = Reason(stage.name, "crashed", f"the worker ended: {error}")
        except Exception as error:  # the item cannot be sent to a worker
            reason = stage.error(error)
        return Outcome(item, None, reason)


def _pool(stage: "Stage[Any, Any]", count: int) -> Any:
    if stage.kind == "threads":
        return ThreadPool(max_workers=count)
    return ProcessPool(
        max_workers=count,
        context=get_context("spawn"),
        initializer=_begin_worker,
        initargs=(stage,),
    )


_stage: "Stage[Any, Any]"


def _attempt(item: Any) -> Made[Any]:
    """Do the work of the stage that this worker was given at its start."""
    return _stage.attempt(item)


def _begin_worker(stage: "Stage[Any, Any]") -> None:
    """Keep the memory limit, and end when the parent is gone; pebble ignores Ctrl-C here."""
    global _stage
    _stage = stage
    end_with_parent()
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (stage.memory, stage.memory))
    except (ImportError, ValueError, OSError):
        pass  # no such limit on this system; the time limit still holds


def end_with_parent() -> None:
    """Let this process end as soon as the one that began it is gone."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
