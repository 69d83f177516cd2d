"""What the size step goes by."""

from typing import Literal

import msgspec


class SizeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who says how much of the picture the sounding object takes.

    Attributes:
        by: `boxes`, which people drew and the source has read, or `truth`, the file that a world
            of known truth writes beside each clip.
    """

    by: Literal["boxes", "truth"]
