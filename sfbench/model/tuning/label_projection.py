"""The trainer `label-projection`: pictures move towards the label where its sound is heard.

The paper cuts the cosine of a projected picture with the label at 0.5 and publishes no loss; this
one makes 0.5 the place where yes and no part. Source: Zhang et al., arXiv 2412.18157, section II-C.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn
from torch.nn.functional import normalize

from sfbench.encoders.cache import EmbeddingCache
from sfbench.encoders.clip.towers import ClipText
from sfbench.errors import SfbenchError
from sfbench.model.settings import checked
from sfbench.model.smooth_foley.similarity import LabelProjection
from sfbench.model.smooth_foley.sized import CLIP
from sfbench.model.training.spans import inside
from sfbench.model.tuning.export import save_part
from sfbench.model.tuning.materials import Materials, gather
from sfbench.model.tuning.objective import THRESHOLD, label_loss
from sfbench.model.tuning.pack import asked_of
from sfbench.model.tuning.part import train_part
from sfbench.model.tuning.prepare import Ready, embeddings
from sfbench.model.tuning.settings import ProjectionSettings
from sfbench.model.tuning.tune import Study
from sfbench.progress import Watch

NAME = "label-projection"


def train_label_projection(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `label-projection.*` into `out`.

    Args:
        given: The recipe's settings; see `ProjectionSettings`.
        out: Where the projection and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: Settings, weights or data cannot be used, or `out` holds a training that was
            begun and `resume` does not say to go on.
    """
    settings = checked(given, ProjectionSettings)
    if settings.networks.timing != "label":
        raise SfbenchError('a projection is for timing by label; set networks.timing = "label"')
    materials = gather(
        settings, out, watch, digest=None, sight=embeddings, timed=True, labelled=True, parts=[CLIP]
    )
    learner = _learner(materials, settings)
    study = Study(
        name=NAME,
        learner=learner,
        learn=materials.learn,
        check=materials.check,
        asked=asked_of(NAME, settings, materials),
        marks=partial(_marks, learner, materials.check),
    )

    def export(folder: Path) -> Path:
        projection = {"": learner.trained}
        return save_part(projection, folder / f"{NAME}.safetensors", half=settings.half)

    train_part(study, materials, settings, export, out, resume, watch)


@dataclass(frozen=True, slots=True)
class Answers:
    """What is said of F pictures and L labels.

    Attributes:
        cosines: Cosines of projected pictures with labels, [F, L].
        there: Whether the label's sound is heard at the picture, [F, L].
        known: Whether that can be asked of a picture: not where something sounds that is not
            shown, [F, L].
        own: Whether the label is the clip's own, [F, L].
    """

    cosines: Tensor
    there: Tensor
    known: Tensor
    own: Tensor


class Projector(nn.Module):
    """Answers clips with the loss of their pictures' cosines; only `trained` learns.

    Args:
        trained: The projection.
        labels: All labels.
        texts: Their embeddings, [L, width].
        cache: Where embeddings are.
        settings: Say how the loss weighs its questions.
    """

    def __init__(
        self,
        trained: LabelProjection,
        labels: Sequence[str],
        texts: Tensor,
        cache: EmbeddingCache,
        settings: ProjectionSettings,
    ) -> None:
        super().__init__()
        self.trained, self.cache, self.settings = trained, cache, settings
        self.labels = np.array(labels)
        self.texts = normalize(texts, dim=-1)

    def forward(self, ready: Sequence[Ready], rng: Generator, during: ExitStack) -> Tensor:
        """Return the loss of a batch; nothing of it is left to chance."""
        said = self.answers(ready)
        sharpness, silence = self.settings.sharpness, self.settings.silence
        return label_loss(said.cosines, said.there, said.known, said.own, sharpness, silence)

    def answers(self, ready: Sequence[Ready]) -> Answers:
        """Return what is said of all pictures of some clips and all labels."""
        rows = [self._of_clip(one) for one in ready]
        pictures, there, known, own = (
            torch.from_numpy(np.concatenate(x)) for x in zip(*rows, strict=True)
        )
        device = self.texts.device
        cosines = normalize(self.trained(pictures.to(device)), dim=-1) @ self.texts.T
        return Answers(cosines, there.to(device), known.to(device), own.to(device))

    def _of_clip(self, ready: Ready) -> tuple[Any, Any, Any, Any]:
        """Return embeddings, [N, width], and what is true of each picture and label, [N, L]."""
        lesson, times = ready.lesson, ready.times
        heard = inside(lesson.spans or (), times)[:, None]
        sounds, own = self.labels == lesson.text, self.labels == lesson.clip.label
        there = heard & sounds
        return (
            self.cache.get(ready.seen)["embedding"],
            there,
            ~(heard & (sounds & ~own)),
            np.broadcast_to(own, there.shape),
        )


def figures(said: Answers) -> dict[str, float | None]:
    """Return shares of pictures at the threshold, each None without a picture.

    `accuracy`, `recall` where it is heard, and `false` where it is not, are of the clip's own
    label; `wrong` is how often another label is said to be there.
    """
    yes = said.cosines >= THRESHOLD

    def share(right: Tensor, among: Tensor) -> float | None:
        return float(right[among].float().mean()) if among.any() else None

    return {
        "accuracy": share(yes == said.there, said.own),
        "recall": share(yes, said.own & said.there),
        "false": share(yes, said.own & ~said.there),
        "wrong": share(yes, ~said.own & said.known),
    }


def _learner(materials: Materials, settings: ProjectionSettings) -> Projector:
    networks = materials.networks
    tower: ClipText | None = networks.labels
    if tower is None:
        raise ValueError("timing by label needs the text tower")
    labels = sorted({str(one.lesson.clip.label) for one in materials.learn + materials.check})
    told = tower([settings.networks.label_template.format(label=label) for label in labels])
    torch.manual_seed(settings.seed)
    projection = networks.projection or LabelProjection(tower.width)
    return Projector(
        projection.requires_grad_(True),
        labels,
        torch.from_numpy(told).to(materials.accelerator.device),
        materials.cache,
        settings,
    )


def _marks(learner: Projector, check: Sequence[Ready]) -> dict[str, float | None]:
    return figures(learner.answers(check))
