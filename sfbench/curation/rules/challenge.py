"""What the challenge step decides by."""

import msgspec

from sfbench.errors import SfbenchError


class ChallengeWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much each term of the challenge score counts; 0 leaves it out.

    Attributes:
        off_screen: The sound is heard and its source is not seen, or for how much of the time.
        unlike: CLIP finds little of the label in the pictures.
        small: The source takes little of the picture.
        blurred: The pictures are not sharp.
        long: The label is heard in much of the clip.
    """

    off_screen: float
    unlike: float
    small: float
    blurred: float
    long: float


class ChallengeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which clips of the test split make the challenge.

    Attributes:
        clips: Size of the challenge.
        seed: Changes the order of clips of equal score.
        alike: CLIP similarity from which pictures show the label; the term `unlike` is 0 there.
        foreign: Similarity up to which they do not; the term is 1 there.
        large: Share of the picture from which a source is not small.
        sharp: Sharpness from which a picture is not blurred, in grey levels of 255.
        weights: How much each term counts.
    """

    clips: int
    seed: int
    alike: float
    foreign: float
    large: float
    sharp: float
    weights: ChallengeWeights

    def check(self) -> None:
        """Check the rule.

        Raises:
            SfbenchError: A value makes no sense.
        """
        if self.clips < 1:
            raise SfbenchError("challenge.clips must be 1 or more")
        if not self.foreign < self.alike:
            raise SfbenchError("challenge.foreign must be below challenge.alike")
        if min(self.large, self.sharp) <= 0:
            raise SfbenchError("challenge.large and challenge.sharp must be above 0")
        weights = msgspec.structs.astuple(self.weights)
        if min(weights) < 0 or not sum(weights):
            raise SfbenchError("challenge.weights must be 0 or more, and one of them above 0")
