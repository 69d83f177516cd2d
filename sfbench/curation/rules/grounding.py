"""What the grounding step decides by."""

import msgspec

from sfbench.errors import SfbenchError


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How thresholds were chosen: by clips of which is known whether their label is heard.

    Attributes:
        source: Where the clips come from.
        clips: How many there were.
        heard: How many of them have a label, or a sibling of it, that is heard.
        precision: Share of the clips that the thresholds keep whose label is heard.
        recall: Share of the clips whose label is heard that they keep.
        average_precision: Of the score alone.
    """

    source: str
    clips: int
    heard: int
    precision: float
    recall: float
    average_precision: float


class GroundingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds of the grounding step; recipes with that step state every one of them.

    Attributes:
        encoder: A row of the table of grounders: `grounding-mini`, or `grounding`.
        score: Clips whose pooled score is lower are rejected, 0 to 1.
        coverage: Clips are rejected in a smaller share of which the label is heard, 0 to 1.
        begin: Frame score from which a run begins, 0 to 1.
        go_on: Frame score down to which it goes on, at most `begin`.
        known_words: Share of a prompt's words that the encoder must know to be asked, 0 to 1.
        calibration: How `score` and `coverage` were chosen; None where nobody measured.
    """

    encoder: str
    score: float
    coverage: float
    begin: float
    go_on: float
    known_words: float
    calibration: Calibration | None = None

    def __str__(self) -> str:
        kept = f"the label is heard from score {self.score:.2f} and coverage {self.coverage:.2f}"
        if self.calibration is None:
            return f"{kept} (not calibrated)"
        told = self.calibration
        return (
            f"{kept} (chosen by {told.clips} clips of {told.source}, {told.heard} heard: "
            f"precision {told.precision:.3f}, recall {told.recall:.3f})"
        )

    def check(self) -> None:
        """Check the thresholds.

        Raises:
            SfbenchError: One lies outside 0 to 1, or runs go on above where they begin.
        """
        shares = (self.score, self.coverage, self.begin, self.go_on, self.known_words)
        if not all(0 <= share <= 1 for share in shares):
            raise SfbenchError("thresholds of grounding must lie between 0 and 1")
        if self.go_on > self.begin:
            raise SfbenchError(
                f"grounding.go_on {self.go_on:g} must not be above grounding.begin {self.begin:g}"
            )
