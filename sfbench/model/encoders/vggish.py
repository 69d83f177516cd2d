"""The trainer `vggish`: examples of 0.96 s and their labels in, a small VGGish with its card out.

Hershey et al., ICASSP 2017, learn which labels a video has from each 0.96 s by itself; the layer
behind the embedding is thrown away.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sfbench.encoders.vggish import SHORTEST, VggishNetwork, log_mel
from sfbench.model.encoders.sounds import Stretch, audible_seconds, together, told
from sfbench.model.encoders.tags import TaggingSettings, tag_loss, tag_marks
from sfbench.model.training.lessons import RATE, Lesson
from sfbench.model.training.pack import Telling
from sfbench.model.training.settings import read_settings
from sfbench.model.training.study import Marks, Study, teach
from sfbench.progress import Watch

NAME = "vggish"

_SECONDS = SHORTEST / RATE


class VggishSettings(TaggingSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of a training recipe of the trainer `vggish`.

    Attributes:
        widths: Channels of the four blocks of convolutions.
        hidden: Width of the two layers before the embedding.
        embedding: Width of the embedding.
    """

    widths: tuple[int, int, int, int]
    hidden: int
    embedding: int


class Tagger(nn.Module):
    """A VGGish with the layer that training alone needs."""

    def __init__(self, settings: VggishSettings, classes: int) -> None:
        super().__init__()
        self.vggish = VggishNetwork(settings.widths, settings.hidden, settings.embedding)
        self.tags = nn.Linear(settings.embedding, classes)
        for name, value in self.named_parameters():
            if name.endswith("weight"):
                # Without normalisation, torch's own first values fade from layer to layer.
                nn.init.kaiming_normal_(value)

    def forward(self, examples: Tensor) -> Tensor:  # [B, 15600] to [B, classes]
        logits: Tensor = self.tags(self.vggish(log_mel(examples)).relu())
        return logits


def train_vggish(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `vggish.*` into `out`.

    Args:
        given: The recipe's settings; see `VggishSettings`.
        out: Where the network and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings or a dataset folder cannot be used, or `out` holds a training
            that was begun and `resume` does not say to go on.
    """
    settings = read_settings(given, VggishSettings)
    labels = list(settings.words)
    torch.manual_seed(settings.seed)
    network = Tagger(settings, len(labels))
    study = Study(
        name=NAME,
        network=network,
        loss=partial(tag_loss, network, labels, settings, _SECONDS),
        marks=partial(_marks, network, labels),
        state=_published,
        telling=_telling(settings),
    )
    teach(study, settings, out, resume, watch)


def _marks(network: Tagger, labels: Sequence[str], lessons: Sequence[Lesson]) -> Marks:
    examples = [own for one in lessons if (own := _examples(one))]
    logits = np.concatenate(
        [network(together([one.sound for one in own])).numpy() for own in examples]
    )
    true = told([one for own in examples for one in own], labels).numpy() > 0
    return tag_marks("examples", logits, true)


def _examples(lesson: Lesson) -> list[Stretch]:
    """Return the examples of a clip; those in which a sound begins or ends are left out."""
    begins = range(0, len(lesson.sound) - SHORTEST + 1, 96 * RATE // 100)
    parts = []
    for begin in begins:
        there = audible_seconds(lesson, begin / RATE, begin / RATE + _SECONDS)
        if there == 0 or there > 0.99 * _SECONDS:
            heard = frozenset({lesson.heard}) if lesson.heard and there else frozenset()
            parts.append(Stretch(lesson.sound[begin : begin + SHORTEST], heard))
    return parts


def _published(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    own = "vggish."
    return {name.removeprefix(own): value for name, value in state.items() if name.startswith(own)}


def _telling(settings: VggishSettings) -> Telling:
    return Telling(
        title="mini-vggish",
        recipe="vggish-mini.toml",
        about=(
            "An embedding of each 0.96 s of a sound. Same classes as the published VGGish, "
            f"smaller: channels {', '.join(map(str, settings.widths))}, layers of "
            f"{settings.hidden}, an embedding of {settings.embedding}."
        ),
        loss=(
            "It learnt which labels are heard in single examples of 0.96 s, "
            f"{settings.mixed:.0%} of them mixed with another, by cross entropy of each label; the "
            "layer behind the embedding is thrown away."
        ),
        figures={
            "examples": "examples of 0.96 s in which a labelled sound is heard throughout",
            "top1": "its label has the highest logit, of 20",
            "pair_auc": "AUC over every example and every label",
        },
        curve=("top1", "pair_auc"),
    )
