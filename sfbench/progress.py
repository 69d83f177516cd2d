"""Progress of long work: a bar on a terminal, plain lines elsewhere, or nothing."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Watch = Callable[[Iterable[Any], int, str], Iterator[Any]]
"""Passes (items, how many, what) through and shows how far it is."""

_LINE_EVERY = 10.0  # seconds


def quiet(items: Iterable[Any], total: int, what: str) -> Iterator[Any]:
    """Yield the items and show nothing."""
    yield from items


def shown(items: Iterable[Any], total: int, what: str) -> Iterator[Any]:
    """Yield the items and show count, rate and time left on standard error."""
    yield from (_bar if sys.stderr.isatty() else lines)(items, total, what)


def _bar(items: Iterable[Any], total: int, what: str) -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:>10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total, rate="")
        begin = time.monotonic()
        for count, item in enumerate(items, start=1):
            rate = count / max(time.monotonic() - begin, 1e-9)
            progress.update(task, completed=count, rate=f"{rate:.1f}/s")
            yield item


def lines(items: Iterable[Any], total: int, what: str) -> Iterator[Any]:
    """Yield the items and print count, rate and time left on standard error, a line each time."""
    begin = last = time.monotonic()
    for count, item in enumerate(items, start=1):
        now = time.monotonic()
        if now - last > _LINE_EVERY or count == total:
            rate = count / max(now - begin, 1e-9)
            left = (total - count) / rate
            print(
                f"{what}: {count}/{total}, {rate:.1f}/s, {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )
            last = now
        yield item
