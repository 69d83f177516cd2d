"""Whether a take is recognised as its label by a tagger that no generator learnt from.

The tagger is asked for its first choice among all labels that it knows. It errs on true sounds,
too: read the number beside that of the reference.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sfbench.encoders.extractor import Outputs
from sfbench.result import Measure


def recognised(logits: NDArray[np.float32], label: str, classes: Sequence[str]) -> float | None:
    """Return 1 when the label is the tagger's first choice, else 0; None for a label unknown to it.

    Args:
        logits: What the tagger says, [1, classes].
        label: The clip's label.
        classes: The tagger's labels, in the order of the logits.

    >>> recognised(np.array([[0.1, 2.0]], np.float32), "siren", ["train", "siren"])
    1.0
    """
    if label not in classes:
        return None
    return float(classes[int(logits[0].argmax())] == label)


def measure_recognised(
    made: Outputs, label: str | None, *, classes: Callable[[], Sequence[str]]
) -> Measure:
    """Return 1 for a take that is recognised as its clip's label, 0 for any other.

    Args:
        made: The tagger's outputs of the take: `logits`, [1, classes].
        label: The clip's label.
        classes: Returns the tagger's labels, in the order of the logits.
    """
    if label is None:
        return Measure(value=None, reason="the clip has no label")
    value = recognised(made["logits"], label, classes())
    return Measure(value=value, reason="the tagger has no such label" if value is None else None)
