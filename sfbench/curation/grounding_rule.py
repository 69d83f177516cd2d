"""What the grounding step decides by."""

import msgspec

from sfbench.errors import SfbenchError


class GroundingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds of the grounding step; recipes with that step state every one of them.

    Attributes:
        encoder: A row of the table of grounders: `grounding-mini`, or `grounding`.
        score: Clips whose pooled score is lower are rejected, 0 to 1.
        coverage: Clips are rejected in a smaller share of which the label is heard, 0 to 1.
        begin: Frame score from which a run begins, 0 to 1.
        go_on: Frame score down to which it goes on, at most `begin`.
        known_words: Share of a prompt's words that the encoder must know to be asked, 0 to 1.
    """

    encoder: str
    score: float
    coverage: float
    begin: float
    go_on: float
    known_words: float

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
