"""One share of the clips, for machines that work together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from sfbench.errors import SfbenchError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `index` of `count` parts, counted from 1.

    >>> Shard.read("2/3").of("abcdefg")
    'be'
    """

    index: int = 1
    count: int = 1

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the shard that `i/n` names.

        Raises:
            SfbenchError: It is none.
        """
        parts = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
        index, count = map(int, parts.groups()) if parts else (0, 0)
        if not 1 <= index <= count:
            raise SfbenchError(f"--shard {text!r} is no i/n; the second of four is --shard 2/4")
        return cls(index, count)

    def of(self, items: Sequence[T]) -> Sequence[T]:
        """Return every `count`-th item: each belongs to one shard, and long runs are mixed."""
        return items[self.index - 1 :: self.count]

    @property
    def whole(self) -> bool:
        """Whether it is all there is."""
        return self.count == 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def named(self, stem: str, suffix: str = "") -> str:
        """Return a name that this shard alone uses.

        >>> Shard(2, 3).named("journal", ".jsonl"), Shard().named("journal", ".jsonl")
        ('journal-2-of-3.jsonl', 'journal.jsonl')
        """
        part = "" if self.whole else f"-{self.index}-of-{self.count}"
        return f"{stem}{part}{suffix}"
