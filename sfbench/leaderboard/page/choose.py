"""Which clips the page shows when it cannot show all."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from sfbench.leaderboard.board import CEILING
from sfbench.leaderboard.runs import Run
from sfbench.leaderboard.worst import mentions


def choose(ids: Sequence[str], hardness: dict[str, float], count: int) -> dict[str, bool]:
    """Return the chosen clip ids, sorted; true for those chosen because systems do badly on them.

    A third are the hardest, the others lie evenly among the sorted ids.

    >>> choose(["a", "b", "c", "d", "e"], {"b": 0.9, "d": 0.1}, 3)
    {'a': False, 'b': True, 'e': False}
    """
    if count >= len(ids):
        return dict.fromkeys(sorted(ids), False)
    known = sorted((identity for identity in ids if identity in hardness), key=hardness.__getitem__)
    hardest = known[::-1][: count // 3]
    others = sorted(set(ids) - set(hardest))
    places = np.linspace(0, len(others) - 1, count - len(hardest)).round().astype(int)
    even = {others[place] for place in places}
    return {identity: identity in hardest for identity in sorted(even.union(hardest))}


def hardness(runs: Sequence[Run]) -> dict[str, float]:
    """Return by clip id a number that grows with how badly systems do on the clip.

    It is how often the clip is among the worst of a system by a metric, plus, from 0 to 1, the mean
    over systems and metrics of the share of clips with a better value. The ceiling does not count.
    """
    named = mentions(runs)
    shares: dict[str, list[float]] = defaultdict(list)
    for run in runs:
        if run.result.model != CEILING:
            for score in run.result.scores:
                for identity, share in _shares(run, score.metric, score.higher_is_better).items():
                    shares[identity].append(share)
    return {
        identity: named[identity] + float(np.mean(values)) for identity, values in shares.items()
    }


def _shares(run: Run, metric: str, higher_is_better: bool) -> dict[str, float]:
    goodness = {
        clip.id: measure.value if higher_is_better else -measure.value
        for clip in run.clips
        if (measure := clip.metrics.get(metric)) is not None and measure.value is not None
    }
    values = np.array(list(goodness.values()))
    not_better = np.searchsorted(np.sort(values), values, side="right")
    return dict(zip(goodness, (1 - not_better / max(1, len(values))).tolist(), strict=True))
