"""What can be set of Diff-Foley."""

from typing import Annotated, Literal

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]
Scale = Annotated[float, msgspec.Meta(ge=0)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of Diff-Foley; the defaults are those of the published notebook, less its faults.

    Attributes:
        weights: `published`; `mini`: trained by this project on its simulated world; or `random`:
            by a rule, for tests.
        size: `published`; `mini`; or `tiny`: for random weights only.
        seconds: How much of a clip is looked at; 32 pictures, 8 s, make a window of sound.
        steps: Steps of DPM-Solver++.
        guidance: Scale of classifier-free guidance.
        alignment: Scale of the guidance by the alignment classifier; 0 does without.
        guided_by: Whether that classifier is given the `window` of features that the sound is for,
            as in its training, or the whole `sequence`, as the notebook does.
        placed: Whether it is given them with their positions, through the layer `cond_model` by
            which it was trained, or as they are, as the notebook does.
        rounds: Rounds of Griffin-Lim.
        compat: `notebook` repeats the notebook's end: mel bands for 22.05 kHz, so that all pitches
            fall to 0.726; values outside of [0, 1]; windows joined at 8.176 s where pictures are
            8 s apart.
    """

    weights: Literal["published", "mini", "random"] = "published"
    size: Literal["published", "mini", "tiny"] = "published"
    seconds: Annotated[float, msgspec.Meta(gt=0)] = 8.2
    steps: Annotated[int, msgspec.Meta(ge=2, le=1000)] = 25
    guidance: Scale = 4.5
    alignment: Scale = 50.0
    guided_by: Literal["window", "sequence"] = "window"
    placed: bool = False
    rounds: Positive = 32
    compat: Literal["none", "notebook"] = "none"
