"""Checks a generator's settings."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from sfbench.errors import SfbenchError

T = TypeVar("T")


def checked(settings: Mapping[str, Any], kind: type[T]) -> T:
    """Return settings as a `kind`, every field checked.

    Raises:
        SfbenchError: A setting is missing, unknown or of the wrong type.
    """
    try:
        return msgspec.convert(dict(settings), kind)
    except msgspec.ValidationError as error:
        raise SfbenchError(f"these settings cannot be used: {error}") from None


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For generators that have nothing to set."""
