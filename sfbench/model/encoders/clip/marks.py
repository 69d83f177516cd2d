"""How well a mini CLIP knows what is seen in the pictures of clips, and how near it looks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sfbench.model.encoders.agree import best, share
from sfbench.model.encoders.clip.captions import NEARNESS, NOTHING, WORK, captions
from sfbench.model.encoders.clip.network import Clip
from sfbench.model.training.lessons import FPS, Lesson
from sfbench.model.training.spans import inside
from sfbench.model.training.study import Marks

CLEAR = 0.005
"""Share of the picture from which on a thing is not small."""

FIGURES = {
    "pictures": "pictures in which the object is seen",
    "visible": "label top-1, of 20, where the object is seen",
    "clear": "... and covers 0.5 % of the picture or more",
    "small": "... and covers less",
    "tiny_pictures": "pictures of objects 6 to 12 pixels wide, of 320, that are seen",
    "tiny": "label top-1 where such tiny objects are seen",
    "backdrop": "label top-1 where nothing of the object is seen: what the backdrop tells",
    "nearness": "rank correlation of the nearness that texts find with the object's area",
    "loud": "said to run loud, rather than to stand silent, where it is seen and heard",
    "silent": "said to stand silent where it is seen and not heard",
    "missed": "nothing in sight, says the nearest text of all, where the object is seen",
    "absent": "... where nothing of the object is seen",
}


def clip_marks(
    network: Clip, words: Mapping[str, Sequence[str]], lessons: Sequence[Lesson]
) -> Marks:
    """Return the share of pictures whose label's first prompt is the nearest, and more."""
    texts = _Texts(network, {label: said[0] for label, said in words.items()})
    rows = [_answers(network, texts, one) for one in lessons]
    said = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    area, right, loud, heard = said["area"], said["right"], said["loud"], said["heard"]
    visible, tiny = area > 0, said["tiny"]
    return {
        "pictures": int(visible.sum()),
        "visible": share(right[visible]),
        "clear": share(right[area >= CLEAR]),
        "small": share(right[visible & (area < CLEAR)]),
        "tiny_pictures": int((visible & tiny).sum()),
        "tiny": share(right[visible & tiny]),
        "backdrop": share(right[~visible]),
        "nearness": rank_correlation(said["near"][visible], area[visible]),
        "loud": share(loud[visible & heard]),
        "silent": share(~loud[visible & ~heard]),
        "missed": share(said["nothing"][visible]),
        "absent": share(said["nothing"][~visible]),
    }


class _Texts:
    """Embeddings of what may be said: of every label's prompt, and of what is said behind it."""

    def __init__(self, network: Clip, prompts: Mapping[str, str]) -> None:
        self.labels = list(prompts)
        self.all = network.read([*prompts.values(), NOTHING[0]])
        self.near = {one: network.read(captions(prompts[one], NEARNESS)) for one in prompts}
        self.work = {one: network.read(captions(prompts[one], WORK)) for one in prompts}


def _answers(network: Clip, texts: _Texts, lesson: Lesson) -> dict[str, NDArray[Any]]:
    """Return what is said of the pictures of a clip, and what is true of them, [T] each."""
    seen, label = network.see(lesson.pictures), texts.labels.index(lesson.shown)
    return {
        "area": lesson.area,
        "heard": _heard(lesson),
        "tiny": np.full(len(lesson.area), lesson.view == "tiny"),
        "right": best(seen, texts.all[:-1]) == label,
        "nothing": best(seen, texts.all) == len(texts.labels),
        "near": _nearness(network, seen, texts.near[lesson.shown]),
        "loud": best(seen, texts.work[lesson.shown]) == 1,
    }


def _nearness(network: Clip, seen: torch.Tensor, texts: torch.Tensor) -> NDArray[np.float64]:
    """Return how near a thing looks by the captions of its prompt, [T], 0 for farthest."""
    likely = (network.scale * seen @ texts.T).softmax(1)
    return (likely @ torch.arange(float(len(NEARNESS)))).double().numpy()


def _heard(lesson: Lesson) -> NDArray[np.bool_]:
    """Return at which pictures the object is heard, [T]; at none if the sound is another's."""
    return inside(lesson.audible if lesson.own else (), np.arange(len(lesson.area)) / FPS)


def rank_correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float | None:
    """Return Spearman's correlation of values without ties; None of fewer than three.

    >>> rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([0.3, 0.2, 0.1]))
    -1.0
    """
    if len(first) < 3:
        return None
    ranks = np.stack([values.argsort().argsort() for values in (first, second)])
    return round(float(np.asarray(np.corrcoef(ranks))[0, 1]), 6)
