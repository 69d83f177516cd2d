"""The trainer `grounding`: clips and prompts in, a grounding network with its card out.

The network is that of Xu et al., arXiv 2401.02584. They learn from captions of whole clips, since
nobody knows when each sound is there; the simulated world knows, so frames are learnt from here.
"""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn.functional import binary_cross_entropy

from sfbench.encoders.grounding.network import GroundingNetwork, heard, new_network
from sfbench.errors import SfbenchError
from sfbench.model.grounding.batch import Batch, draw_batch
from sfbench.model.grounding.exam import Marks, ask, mark
from sfbench.model.grounding.lessons import Lesson, read_lessons, sounds_of
from sfbench.model.grounding.pack import NAME, pack
from sfbench.model.grounding.settings import Settings, read_settings
from sfbench.model.training.begin import begin
from sfbench.model.training.cycle import Subject, learn_in_cycle
from sfbench.model.training.halves import halve
from sfbench.model.training.progress import Goal, open_progress
from sfbench.progress import Watch

_GOAL = Goal("pair_auc", upward=True)


def train_grounding(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `grounding.*` into `out`.

    Args:
        given: The recipe's settings; see `Settings`.
        out: Where the network, its vocabulary and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings or a dataset folder cannot be used, or `out` holds a training
            that was begun and `resume` does not say to go on.
    """
    settings = read_settings(given)
    torch.manual_seed(settings.seed)
    network = new_network(settings.geometry)
    progress = open_progress(out, NAME, settings, resume)
    if progress.finished:
        return
    lessons = _lessons(settings, settings.data, network, watch)
    check = _lessons(settings, settings.check, network, watch)
    accelerator = begin(settings, out)
    subject = Subject(
        network=network,
        loss=partial(_drawn, network, settings, lessons),
        look=lambda: asdict(_marks(network, settings, check)),
        goal=_GOAL,
    )
    learn_in_cycle(accelerator, subject, settings, progress, watch)
    halve(network)
    marks = {
        name: _marks(network, settings, _lessons(settings, folder, network, watch))
        for name, folder in settings.held_out.items()
    }
    if accelerator.is_main_process:
        device = accelerator.device.type
        pack(network, settings, learn=len(lessons), progress=progress, device=device, marks=marks)
        progress.close()


def _lessons(
    settings: Settings, folder: str, network: GroundingNetwork, watch: Watch
) -> list[Lesson]:
    lessons = read_lessons(Path(folder), network, watch)
    speechless = sorted(sounds_of(lessons) - settings.prompts.keys())
    if speechless:
        raise SfbenchError(f"settings.prompts has no words for {', '.join(speechless)} of {folder}")
    return lessons


def _drawn(
    network: GroundingNetwork, settings: Settings, lessons: Sequence[Lesson], rng: Generator
) -> Tensor:
    """Return the loss of a batch."""
    batch = draw_batch(
        lessons,
        settings.prompts,
        size=settings.batch,
        seconds=settings.seconds,
        mixed=settings.mixed,
        gain=settings.gain,
        rng=rng,
    )
    return _loss(network, settings, batch)


def _loss(network: GroundingNetwork, settings: Settings, batch: Batch) -> Tensor:
    """Return the cross entropy of the scores of frames with what is heard in them."""
    words = network.read([settings.vocabulary.encode(prompt) for prompt in batch.prompts])
    scores = heard(network.listen(torch.as_tensor(batch.power)), words)  # [B, P, T]
    with torch.autocast(scores.device.type, enabled=False):  # near 0 and 1 half precision is blind
        return binary_cross_entropy(scores.float(), torch.as_tensor(batch.told))


def _marks(network: GroundingNetwork, settings: Settings, lessons: Sequence[Lesson]) -> Marks:
    return mark(ask(network, settings.vocabulary, settings.prompts, lessons))
