"""What a paper claims, and the experiments that test it: a TOML file in `leaderboard/claims/`."""

from pathlib import Path
from typing import Literal

import msgspec

from sfbench.benchmark_files import read_toml
from sfbench.errors import SfbenchError

Clips = Literal["all", "gated", "moving", "off-screen", "pass-by", "tiny", "moving or gated"]


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One metric of two systems.

    Attributes:
        metric: Name of the metric.
        a: The system that the claim is about.
        b: The system that it is held against.
        expects: Where the claim wants the score of `a`: `higher` or `lower` than that of `b`.
        differ: What the two differ in, in a few words.
        clips: Which clips count, by their traits.
    """

    metric: str
    a: str
    b: str
    expects: Literal["higher", "lower"]
    differ: str
    clips: Clips = "all"

    def takes(self, traits: list[str]) -> bool:
        """Say whether a clip with these traits counts."""
        return self.clips == "all" or any(word in traits for word in self.clips.split(" or "))


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence that can be tested.

    Attributes:
        id: A short name.
        section: Where the paper says so.
        says: What it says, in our words.
        trials: The experiments.
        tried: What was tried where it does not hold, or empty.
    """

    id: str
    section: str
    says: str
    trials: tuple[Trial, ...]
    tried: str = ""


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The claims of a paper, and by what they are tested.

    Attributes:
        format: Version of this file format.
        title: The paper.
        url: Where to read it.
        protocol: Name of the protocol that measures.
        least: Number of clips below which nothing is decided.
        claims: The claims.
        limits: What the experiments can say of the paper's own systems and what not, in sentences.
    """

    format: int
    title: str
    url: str
    protocol: str
    least: int
    claims: tuple[Claim, ...]
    limits: tuple[str, ...]


def read_claims(path: Path) -> Claims:
    """Return the claims in a TOML file.

    Raises:
        SfbenchError: It cannot be read, a field is missing, unknown or wrong, or an id is there
            twice.
    """
    claims = read_toml(path, Claims)
    ids = [claim.id for claim in claims.claims]
    if len(set(ids)) < len(ids):
        raise SfbenchError(f"{path}: two claims have one id")
    return claims
