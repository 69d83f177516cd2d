"""How a part learns: the settings that all training recipes share."""

from typing import Annotated, Literal

import msgspec

Count = Annotated[int, msgspec.Meta(ge=1)]
Some = Annotated[int, msgspec.Meta(ge=2)]
Whole = Annotated[int, msgspec.Meta(ge=0)]
Scale = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(ge=0, lt=1)]


class Pace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a part learns.

    Attributes:
        seed: Source of first values and of all choices.
        steps: Steps to take.
        batch: Examples in a batch, on each device.
        accumulate: Batches in a step.
        learning_rate: Greatest step width.
        average: Greatest weight of the past in the average of weights that is kept; 0 for none.
        precision: What autocast computes in.
        check_every: Steps between looks, at which the state is kept.
        patience: Looks without a better figure after which it ends, and the best is kept; 0 for
            never.
    """

    seed: Whole
    steps: Count
    batch: Count
    accumulate: Count = 1
    learning_rate: Positive
    average: Share = 0.0
    precision: Literal["no", "fp16", "bf16"] = "no"
    check_every: Count
    patience: Whole = 0
