"""How clips are judged: where, how many at a time, and which part."""

import os
from dataclasses import dataclass
from typing import Any

from sfbench.curation.acquire.download import WORKERS
from sfbench.errors import SfbenchError
from sfbench.executor import Engine
from sfbench.executor.local import Local
from sfbench.executor.ray import Ray
from sfbench.progress import Watch, quiet
from sfbench.shard import Shard

WHOLE = Shard()


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How clips are judged; what comes out does not depend on it.

    Attributes:
        workers: How many at a time; one per core when None.
        engine: Where; on this machine when None.
        shard: The part to judge.
        merge: Whether to judge none, and only put together what shards have judged.
        retry_failed: Whether to try again clips whose media could not be had or decoded, those
            that failed for good, too. Those that may do better are tried again in any case.
        watch: Shows progress.
    """

    workers: int | None = None
    engine: Engine | None = None
    shard: Shard = WHOLE
    merge: bool = False
    retry_failed: bool = False
    watch: Watch = quiet


def choose_how(
    engine: str,
    address: str | None,
    *,
    workers: int | None,
    shard: str,
    merge: bool,
    download: bool,
    **rest: Any,
) -> How:
    """Return how clips are judged, from what the command line says.

    Args:
        engine: `local` or `ray`.
        address: Address of a Ray cluster.
        workers: How many at a time.
        shard: `i/n`.
        merge: Whether to merge shards.
        download: Whether clips are asked for from YouTube.
        rest: Further fields of `How`.

    Raises:
        SfbenchError: The options do not go together.
    """
    part = Shard.read(shard)
    if merge and not part.whole:
        raise SfbenchError("--shard judges a part and --merge puts parts together; give one")
    return How(
        workers=workers or (WORKERS if download else None),
        engine=open_engine(engine, address, download=download),
        shard=part,
        merge=merge,
        **rest,
    )


def open_engine(name: str, address: str | None = None, *, download: bool = False) -> Engine:
    """Return the engine `local` or `ray`.

    Args:
        name: The engine.
        address: Address of a Ray cluster; `$RAY_ADDRESS`, or a Ray of this machine's own if None.
        download: Whether clips are asked for from YouTube.

    Raises:
        SfbenchError: The options do not go together.
    """
    if name == "local":
        if address is not None:
            raise SfbenchError("--ray-address is for --engine ray")
        return Local()
    if download:
        raise SfbenchError(
            "--download needs --engine local: Ray takes all clips at once, "
            "and could not be stopped when YouTube refuses"
        )
    return Ray(address or os.environ.get("RAY_ADDRESS") or None)
