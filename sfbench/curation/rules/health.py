"""What the health step decides by."""

import msgspec

from sfbench.errors import SfbenchError

CODES = (
    "damaged",
    "truncated",
    "too-short",
    "silent",
    "clipped",
    "dc-offset",
    "mains-hum",
    "still-picture",
    "frozen",
    "black-bars",
)
"""What may be wrong with media, the gravest first."""


class HealthRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds of the media-health step; recipes state every one of them.

    Attributes:
        evidence_only: Codes that are stated in the evidence and drop no clip, any of `CODES`.
        min_seconds: Shorter media is too short.
        truncation_seconds: How much shorter than declared the decoded media may be.
        still_change: Mean change between looks, in grey levels of 255, below which a picture
            stands still.
        repeat_change: Change below which a look repeats the one before.
        frozen_share: Share of the looks that repeat the one before from which a picture is frozen.
        bars_share: Share of the height or width from which black bars count, 0 to 1.
        bars_level: Brightest grey level of 255 that is black.
        silent_dbfs: 95th percentile of the level below which a sound is silent.
        clipped_amplitude: Amplitude from which a sample counts as clipped, 0 to 1.
        clipped_share: Share of clipped samples from which a sound is clipped, 0 to 1.
        offset: Mean of the samples from which there is a DC offset, 0 to 1.
        hum_prominence: Decibels by which lines of 50 or 60 Hz mains stand out from which they hum.
        hum_dbfs: Level of those lines below which nobody hears them.
    """

    evidence_only: list[str]
    min_seconds: float
    truncation_seconds: float
    still_change: float
    repeat_change: float
    frozen_share: float
    bars_share: float
    bars_level: float
    silent_dbfs: float
    clipped_amplitude: float
    clipped_share: float
    offset: float
    hum_prominence: float
    hum_dbfs: float

    def check(self) -> None:
        """Check the codes.

        Raises:
            SfbenchError: One is unknown.
        """
        unknown = sorted(set(self.evidence_only) - set(CODES))
        if unknown:
            raise SfbenchError(
                f"health.evidence_only names {unknown[0]!r}; choose from {', '.join(CODES)}"
            )
