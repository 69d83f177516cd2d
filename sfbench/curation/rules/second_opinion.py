"""How a second network is asked whether the label is heard."""

import msgspec

from sfbench.errors import SfbenchError


class SecondOpinionRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the step second_opinion asks, and what it takes for a yes; it drops nothing.

    Attributes:
        encoder: A row of the table of likenesses: `clap`.
        window: Length of what is compared with the prompt at a time, in seconds.
        hop: From the beginning of one window to that of the next, in seconds, at most `window`.
        alike: Cosine from which a window sounds like the prompt, -1 to 1.
        share: Share of such windows from which the label counts as heard, 0 to 1.
    """

    encoder: str
    window: float
    hop: float
    alike: float
    share: float

    def __str__(self) -> str:
        return (
            f"the label is heard where {self.share:.2f} of the windows of {self.window:g} s "
            f"reach a cosine of {self.alike:.2f} (not calibrated)"
        )

    def check(self) -> None:
        """Check lengths and thresholds.

        Raises:
            SfbenchError: One lies outside its range.
        """
        if not 0 < self.hop <= self.window <= 10:
            raise SfbenchError(
                f"second_opinion.hop {self.hop:g} must be above 0 and at most "
                f"second_opinion.window {self.window:g}, which is at most 10"
            )
        if not (-1 <= self.alike <= 1 and 0 <= self.share <= 1):
            raise SfbenchError(
                "second_opinion.alike must lie between -1 and 1 and "
                "second_opinion.share between 0 and 1"
            )
