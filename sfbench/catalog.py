"""Names that map to code, imported when asked for; strangers add rows by entry point."""

import importlib
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Generic, TypeVar, cast

from sfbench.errors import SfbenchError

T = TypeVar("T")


class Catalog(Mapping[str, T], Generic[T]):
    """A visible table `name -> "module:attribute"`.

    Args:
        noun: What a row is, for messages.
        rows: The table.
        group: Entry-point group by which other packages add rows; a built-in name wins.
        extra: Extra of sfbench that brings what the rows of this table import.

    >>> roots = Catalog[object]("root", {"sqrt": "math:sqrt"})
    >>> roots["sqrt"](9.0)
    3.0
    >>> roots["cbrt"]
    Traceback (most recent call last):
    sfbench.errors.SfbenchError: no root called 'cbrt'; choose from sqrt
    """

    def __init__(
        self, noun: str, rows: dict[str, str], group: str | None = None, extra: str | None = None
    ) -> None:
        self.noun = noun
        self._extra = extra
        self._rows = rows
        self._group = group

    def _all(self) -> dict[str, str]:
        added = entry_points(group=self._group) if self._group else ()
        return {entry.name: entry.value for entry in added} | self._rows

    def __getitem__(self, name: str) -> T:
        """Return the code behind `name`.

        Raises:
            SfbenchError: The name is unknown, or its row needs a package that is not installed.
        """
        rows = self._all()
        if name not in rows:
            known = ", ".join(sorted(rows)) or "none"
            raise SfbenchError(f"no {self.noun} called {name!r}; choose from {known}")
        module, _, attribute = rows[name].partition(":")
        try:
            return cast(T, getattr(importlib.import_module(module), attribute))
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package in ("", "sfbench"):
                raise
            brings = f"sfbench[{self._extra}]" if self._extra and name in self._rows else package
            raise SfbenchError(
                f"{self.noun} {name!r} needs {package}: pip install '{brings}'"
            ) from error

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._all()))

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, name: object) -> bool:
        return name in self._all()
