"""The trainer `cnn14`: sounds and their labels in, a small PANNs Cnn14 with its card out.

The network and its loss are those of Kong et al., arXiv 1912.10211: which of all labels are heard
in a whole sound, by logistic regression, sounds mixed with each other.
"""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sfbench.encoders.cnn14 import BANDS, Cnn14Network
from sfbench.encoders.spectrum import slaney_bands
from sfbench.model.encoders.sounds import together
from sfbench.model.encoders.tags import TaggingSettings, tag_loss, tag_marks
from sfbench.model.training.lessons import RATE, Lesson
from sfbench.model.training.pack import Telling
from sfbench.model.training.settings import read_settings
from sfbench.model.training.study import Marks, Study, teach
from sfbench.progress import Watch

NAME = "panns"

_TRANSFORM, _HOP = RATE * 32 // 1000, RATE // 100
_LOWEST, _HIGHEST = 50.0, 8000.0  # Hz


class Cnn14Settings(TaggingSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of a training recipe of the trainer `cnn14`.

    Attributes:
        widths: Channels of the six pairs of convolutions.
        seconds: Length of the stretches that are learnt from.
    """

    widths: tuple[int, int, int, int, int, int]
    seconds: float


def train_cnn14(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `panns.*` into `out`.

    Args:
        given: The recipe's settings; see `Cnn14Settings`.
        out: Where the network and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings or a dataset folder cannot be used, or `out` holds a training
            that was begun and `resume` does not say to go on.
    """
    settings = read_settings(given, Cnn14Settings)
    labels = list(settings.words)
    torch.manual_seed(settings.seed)
    network = _new(settings.widths, len(labels))
    study = Study(
        name=NAME,
        network=network,
        loss=partial(
            tag_loss, lambda sounds: network(sounds)[1], labels, settings, settings.seconds
        ),
        marks=partial(_marks, network, labels),
        state=dict,
        telling=_telling(settings),
        beside={".labels.json": json.dumps(labels, indent=2) + "\n"},
    )
    teach(study, settings, out, resume, watch)


def _new(widths: Sequence[int], classes: int) -> Cnn14Network:
    network = Cnn14Network(_TRANSFORM, _HOP, widths, classes)
    network.window = torch.hann_window(_TRANSFORM)
    network.bands = slaney_bands(RATE, _TRANSFORM, BANDS, _LOWEST, _HIGHEST).clone()
    return network


def _marks(network: Cnn14Network, labels: Sequence[str], lessons: Sequence[Lesson]) -> Marks:
    logits = np.concatenate([network(together([one.sound]))[1].numpy() for one in lessons])
    true = np.array([[one.heard == label for label in labels] for one in lessons])
    return tag_marks("clips", logits, true)


def _telling(settings: Cnn14Settings) -> Telling:
    return Telling(
        title="mini-panns",
        recipe="panns-mini.toml",
        about=(
            "An embedding and logits of a whole sound. Same classes as the published PANNs Cnn14 "
            f"at 16 kHz, smaller: channels {', '.join(map(str, settings.widths))}, logits of the "
            "labels in `panns.labels.json`."
        ),
        loss=(
            f"It learnt which labels are heard in stretches of {settings.seconds:g} s, "
            f"{settings.mixed:.0%} of them mixed with another, by cross entropy of each label."
        ),
        figures={
            "clips": "clips in which a labelled sound is heard",
            "top1": "its label has the highest logit, of 20",
            "pair_auc": "AUC over every clip and every label",
        },
        curve=("top1", "pair_auc"),
    )
