"""What the duplicates step decides by."""

import msgspec

from sfbench.errors import SfbenchError


class DuplicatesRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where on two clips are copies of one recording.

    Attributes:
        coarse: Share of Chromaprint's bits that must agree, 0 to 1.
        fine: Share of the fine fingerprint's bits that must agree, 0 to 1; 0.5 is chance.
        overlap_seconds: Least time that both must have in common; three quarters of a short one.
    """

    coarse: float
    fine: float
    overlap_seconds: float

    def check(self) -> None:
        """Check the thresholds.

        Raises:
            SfbenchError: A share lies outside 0 to 1, or the overlap is none.
        """
        if not (0 <= self.coarse <= 1 and 0 <= self.fine <= 1 and self.overlap_seconds > 0):
            raise SfbenchError(
                "duplicates.coarse and .fine must lie between 0 and 1, .overlap_seconds above 0"
            )
