"""What the vggsounder step decides by."""

import msgspec

from sfbench.errors import SfbenchError

CODES = (
    "not-listed",
    "label-inaudible",
    "off-screen",
    "background-music",
    "voice-over",
    "still-image",
)
"""Reasons for which the step may drop a clip; the first that holds is stated."""


class VGGSounderRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the vggsounder step drops.

    Attributes:
        version: Version of the package `vggsounder`; another one says other things of the clips.
        drop: Codes of what is dropped, any of `CODES`; the rest is evidence only.
    """

    version: str
    drop: list[str]

    def check(self) -> None:
        """Check the codes.

        Raises:
            SfbenchError: One is unknown.
        """
        unknown = sorted(set(self.drop) - set(CODES))
        if unknown:
            raise SfbenchError(
                f"vggsounder.drop names {unknown[0]!r}; choose from {', '.join(CODES)}"
            )
