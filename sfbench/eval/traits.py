"""What kind of clip it is: words by which comparisons choose their clips."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sfbench.eval.activity import SILENT_DBFS
from sfbench.eval.metrics.continuity import LEAST_SILENCE
from sfbench.eval.metrics.physics import smooth
from sfbench.eval.pair import Pair

MOVES_DB = 6.0
"""Range of its level from which on a sound moves."""

_LEAST_OFF_SCREEN = 50  # frames of 10 ms

TINY = "tiny"


def traits(pair: Pair, truth: Mapping[str, Any] | None) -> list[str]:
    """Return the words that hold of a clip, sorted.

    `gated`: the true sound is silent for half a second or more. `moving`: its level, averaged over
    half a second, spans 6 dB or more between its 5th and 95th percentile while it is there.
    `pass-by`: something passes by. `off-screen`: for half a second or more sound is expected of a
    thing that is out of the picture. `tiny`: the truth calls the view of it so. The last two are
    known of clips with a truth alone.

    Args:
        pair: The sounds; only the true one counts.
        truth: The clip's truth, or None.
    """
    unseen = 0 if pair.off_screen is None else int((pair.expected & pair.off_screen).sum())
    said = {
        "gated": pair.silent.sum() >= LEAST_SILENCE,
        "moving": _moves(pair),
        "pass-by": pair.closest is not None,
        "off-screen": unseen >= _LEAST_OFF_SCREEN,
        TINY: truth is not None and truth["view"] == TINY,
    }
    return sorted(word for word, holds in said.items() if holds)


def _moves(pair: Pair) -> bool:
    course = smooth(np.maximum(pair.reference_levels, SILENT_DBFS))[~pair.silent]
    if not len(course):
        return False
    low, high = np.percentile(course, [5, 95])
    return bool(high - low >= MOVES_DB)
