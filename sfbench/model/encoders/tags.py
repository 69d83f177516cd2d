"""What a tagger learns by, and how well it does: which of all labels are heard in a sound."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from sfbench.model.encoders.agree import share
from sfbench.model.encoders.sounds import mixtures, together, told
from sfbench.model.grounding.exam import auc
from sfbench.model.training.lessons import Lesson
from sfbench.model.training.settings import Settings
from sfbench.model.training.study import Marks

Tagger = Callable[[Tensor], Tensor]  # sounds, [B, n] -> logits, [B, labels]


class TaggingSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings that recipes of taggers share.

    Attributes:
        mixed: Share of the sounds that is heard together with another.
        gain: Greatest change of a level, in dB, either way.
    """

    mixed: float
    gain: float


def tag_loss(
    tag: Tagger,
    labels: Sequence[str],
    settings: TaggingSettings,
    seconds: float,
    lessons: Sequence[Lesson],
    rng: Generator,
) -> Tensor:
    """Return the cross entropy of logits with what is heard in a batch of stretches.

    Args:
        tag: The tagger.
        labels: What its logits stand for.
        settings: The recipe's settings.
        seconds: Length of the stretches.
        lessons: What they are drawn from.
        rng: Source of all choices.
    """
    batch = mixtures(
        lessons,
        settings.batch,
        seconds=seconds,
        mixed=settings.mixed,
        gain=settings.gain,
        rng=rng,
    )
    logits = tag(together([one.sound for one in batch]))
    return binary_cross_entropy_with_logits(logits, told(batch, labels))


def tag_marks(counted: str, logits: NDArray[np.float32], true: NDArray[np.bool_]) -> Marks:
    """Return how many sounds have a label, the share whose label comes first, and the AUC.

    Args:
        counted: What the sounds are called among the figures.
        logits: Answers, [sounds, labels].
        true: Whether each label is heard, [sounds, labels].
    """
    heard = true.any(1)
    first = true[np.arange(len(true)), logits.argmax(1)]
    return {
        counted: int(heard.sum()),
        "top1": share(first[heard]),
        "pair_auc": auc(logits.ravel(), true.ravel()),
    }
