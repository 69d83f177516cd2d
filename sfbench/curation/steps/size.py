"""Says how much of the picture the sounding object takes: evidence for the challenge.

No network looks: people's boxes say it, or the truth of a simulated clip. Every clip is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from sfbench.curation.recipe import Recipe
from sfbench.curation.rules.size import SizeRule
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.errors import ClipError, Reason

NAME = "size"

Span = tuple[float, float]  # start and end, in seconds


class Shown(msgspec.Struct, frozen=True):
    """What a truth file says of where the object is and when it is heard.

    Attributes:
        frame_rate: Pictures per second of the list below.
        visible_area: Share of each picture that the object covers, 0 to 1.
        audible: When the object can be heard.
    """

    frame_rate: float
    visible_area: list[float]
    audible: list[Span]


@dataclass(frozen=True, slots=True)
class SizeStep:
    """Takes over what is known; a clip of which nobody says anything has null, never 0."""

    recipe: Recipe
    name: str = NAME

    def __post_init__(self) -> None:
        self.recipe.stated(NAME, SizeRule)

    @property
    def rule(self) -> SizeRule:
        """The recipe's rule.

        Raises:
            SfbenchError: The recipe states none.
        """
        return self.recipe.stated(NAME, SizeRule)

    @property
    def needs_media(self) -> bool:
        """Whether it reads the truth, which comes with the media."""
        return self.rule.by == "truth"

    def idle(self, candidates: Sequence[Candidate]) -> str | None:
        """Return what to type if no clip has boxes, else None."""
        if self.needs_media or any(candidate.area is not None for candidate in candidates):
            return None
        return f"the step {NAME} was skipped: no clip has boxes; for VGGSound give --boxes FILE"

    def keep(self, draft: Draft) -> Reason | None:
        """Return None; what is known goes to the evidence.

        Raises:
            ClipError: The clip's truth does not say what is asked.
        """
        area, unseen = draft.candidate.area, None
        if self.needs_media and draft.path is not None:
            area, unseen = read_extent(draft.path.with_suffix(".json"))
        draft.evidence[NAME] = {"area": _rounded(area), "unseen": unseen, "by": self.rule.by}
        return None


def read_extent(path: Path) -> tuple[float | None, float | None]:
    """Return the object's `extent` by a truth file; None twice without one.

    Raises:
        ClipError: The file does not say what is asked.
    """
    if not path.is_file():
        return None, None
    try:
        return extent(msgspec.json.decode(path.read_bytes(), type=Shown))
    except msgspec.MsgspecError as error:
        raise ClipError(Reason(NAME, "truth-unreadable", str(error))) from None


def extent(shown: Shown) -> tuple[float | None, float | None]:
    """Return how large the object is, and how much of the time it is out of sight.

    Only pictures count during which it is heard: the median of their shares, and the share of them
    in which nothing of it is seen. None twice if it is never heard.

    >>> extent(Shown(frame_rate=1.0, visible_area=[0.5, 0.1, 0.0, 0.0], audible=[(1.0, 4.0)]))
    (0.0, 0.667)
    """
    areas = np.array(shown.visible_area)
    times = np.arange(len(areas)) / shown.frame_rate
    heard = [(begin <= times) & (times < end) for begin, end in shown.audible]
    seen = areas[np.any(heard, axis=0)] if heard else areas[:0]
    if not len(seen):
        return None, None
    return float(np.median(seen)), round(float((seen <= 0).mean()), 3)


def _rounded(area: float | None) -> float | None:
    return None if area is None else round(area, 5)
