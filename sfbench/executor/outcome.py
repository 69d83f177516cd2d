"""What a stage makes of one item."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from sfbench.errors import Reason

Item = TypeVar("Item")
Value = TypeVar("Value")
Made = tuple[Value | None, Reason | None]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Item, Value]):
    """What a stage made of one item: a value, or the reason for there being none."""

    item: Item
    value: Value | None
    reason: Reason | None = None
