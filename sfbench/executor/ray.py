"""Runs stages on Ray Data: on this machine, or on the machines of a cluster.

Every Ray worker has a process pool of its own with one process, so that time and memory limits
hold there as they do on one machine, and a crash costs its item alone.
"""

import logging
import os
import pickle
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sfbench.errors import SfbenchError
from sfbench.executor.local import Workers, cores
from sfbench.executor.outcome import Item, Made, Outcome, Value

if TYPE_CHECKING:
    from sfbench.executor.stage import Stage

_BLOCKS = 2000  # at most; outcomes arrive block by block
_PATIENCE = 10.0  # seconds for a cluster to answer
_STORE = 200 << 20  # bytes; items and outcomes are small, media stay on disk


@dataclass(frozen=True, slots=True)
class Ray:
    """Ray Data; all items are known to it before the first one is worked on.

    Attributes:
        address: Address of a cluster, as `ray.init` takes it; this machine alone when None.
    """

    address: str | None = None

    def run(
        self, stage: "Stage[Item, Value]", items: Iterable[Item], workers: int | None
    ) -> Iterator[Outcome[Item, Value]]:
        """Yield one outcome per item, in the items' order.

        Raises:
            SfbenchError: Ray is not installed, cannot be reached, or gives up.
        """
        known = list(items)
        if not known:
            return
        if self.address is not None:
            _knock(self.address)
        with _started(self.address, workers) as ray:
            count = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
            try:
                yield from _outcomes(ray, stage, known, count)
            except ray.exceptions.RayError as error:
                said = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:300]}"
                raise SfbenchError(f"ray gave up ({said}); the same command resumes") from None


def _outcomes(
    ray: Any, stage: "Stage[Item, Value]", items: Sequence[Item], workers: int
) -> Iterator[Outcome[Item, Value]]:
    parcels = [_packed(stage, item) for item in items]
    rows = [{"parcel": parcel} for parcel in parcels if isinstance(parcel, bytes)]
    made = iter(_dataset(ray, stage, rows, workers).iter_rows()) if rows else iter(())
    for item, parcel in zip(items, parcels, strict=True):
        if isinstance(parcel, bytes):
            yield Outcome(item, *pickle.loads(next(made)["made"]))
        else:
            yield parcel


def _packed(stage: "Stage[Item, Value]", item: Item) -> bytes | Outcome[Item, Value]:
    """Return an item as bytes, as a process pool would send it, or why it cannot be sent.

    Arrow, in which Ray would send it otherwise, makes lists of tuples.
    """
    try:
        return pickle.dumps(item)
    except Exception as error:
        return Outcome(item, None, stage.error(error))


def _dataset(ray: Any, stage: "Stage[Any, Any]", rows: list[Any], workers: int) -> Any:
    """Return Ray's plan: rows in many blocks through workers that stay."""

    class Judge:
        """Holds one local worker."""

        def __init__(self) -> None:
            self.workers = Workers(stage, 1)

        def __call__(self, row: dict[str, bytes]) -> dict[str, bytes]:
            (outcome,) = self.workers.outcomes([pickle.loads(row["parcel"])])
            made: Made[Any] = (outcome.value, outcome.reason)
            return {"made": pickle.dumps(made)}

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True
    blocks = ray.data.from_items(rows, override_num_blocks=min(len(rows), _BLOCKS))
    pool = ray.data.ActorPoolStrategy(size=min(workers, len(rows)))
    return blocks.map(Judge, compute=pool, num_cpus=1)


def _knock(address: str) -> None:
    """Check that somebody listens at `host:port`; Ray itself would wait for many minutes.

    Raises:
        SfbenchError: Nobody does.
    """
    parts = urlsplit(address if "://" in address else f"//{address}")
    if parts.hostname is None or parts.port is None:
        return  # "auto" and its like
    try:
        socket.create_connection((parts.hostname, parts.port), _PATIENCE).close()
    except OSError as error:
        raise SfbenchError(f"ray cannot be reached at {address}: {error}") from None


@contextmanager
def _started(address: str | None, workers: int | None) -> Iterator[Any]:
    """Yield the package, connected to a cluster or to a Ray of this machine's own."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_DATA_LOG_LEVEL", "ERROR")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray
        import ray.data
    except ModuleNotFoundError:
        raise SfbenchError("--engine ray needs ray: pip install 'sfbench[ray]'") from None
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    own: dict[str, Any] = {
        "address": "local",
        "num_cpus": workers or cores(),
        "include_dashboard": False,
        "object_store_memory": _STORE,
        "_node_ip_address": "127.0.0.1",
    }
    where: dict[str, Any] = {"address": address} if address else own
    try:
        ray.init(**quiet, **where)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise SfbenchError(f"ray cannot be reached at {address}: {error}") from None
    try:
        yield ray
    finally:
        ray.shutdown()
