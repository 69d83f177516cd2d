"""The trainer `onset-detector`: FoleyCrafter's network that sees when something sounds.

Source: Zhang et al., arXiv 2407.01494, section 3.3.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from sfbench.encoders.cache import EmbeddingCache
from sfbench.errors import SfbenchError
from sfbench.media.picture import Frames
from sfbench.model.foleycrafter.crop import Crop, in_bytes, normalised
from sfbench.model.foleycrafter.detector import Detector
from sfbench.model.settings import checked
from sfbench.model.smooth_foley.look import Kept
from sfbench.model.training.spans import inside
from sfbench.model.tuning.export import save_part
from sfbench.model.tuning.materials import gather
from sfbench.model.tuning.pack import asked_of
from sfbench.model.tuning.part import train_part
from sfbench.model.tuning.prepare import Ready, Sight
from sfbench.model.tuning.settings import DetectorSettings
from sfbench.model.tuning.tune import Study
from sfbench.progress import Watch

NAME = "onset-detector"


def train_onset_detector(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `onset-detector.*` into `out`.

    Args:
        given: The recipe's settings; see `DetectorSettings`.
        out: Where the detector and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: Settings, weights or data cannot be used, or `out` holds a training that was
            begun and `resume` does not say to go on.
    """
    settings = checked(given, DetectorSettings)
    if settings.networks.timing != "detector":
        raise SfbenchError('the detector is for timing by it; set networks.timing = "detector"')
    parts = () if settings.anew else ("detector",)
    sight = partial(crops, Crop(settings.networks.detector_antialias))
    materials = gather(settings, out, watch, digest=None, sight=sight, timed=True, parts=parts)
    network = materials.networks.detector
    if network is None:
        raise ValueError("timing by the detector needs a detector")
    if settings.anew:
        torch.manual_seed(settings.seed)
        network = Detector(network.widths).to(materials.accelerator.device)
        materials = replace(materials, networks=replace(materials.networks, detector=network))
    learner = Watcher(network.requires_grad_(True), materials.cache, settings)
    study = Study(
        name=NAME,
        learner=learner,
        learn=materials.learn,
        check=materials.check,
        asked=asked_of(NAME, settings, materials),
        marks=partial(learner.marks, materials.check),
    )

    def export(folder: Path) -> Path:
        return save_part({"": network}, folder / f"{NAME}.safetensors", half=settings.half)

    train_part(study, materials, settings, export, out, resume, watch)


def crops(crop: Crop, *_: object) -> Sight:
    """Keep what the detector sees of pictures, as `crops`, [N, 112, 112, 3] of bytes."""
    return Sight(f"bytes|{crop}", partial(in_bytes, crop), _named)


def _named(clips: Sequence[Frames]) -> list[Kept]:
    return [{"crops": pictures} for pictures in clips]


class Watcher(nn.Module):
    """Answers clips with the loss of the probability that each of their pictures sounds.

    Args:
        trained: The detector.
        cache: Where pictures are.
        settings: The settings.
    """

    def __init__(
        self, trained: Detector, cache: EmbeddingCache, settings: DetectorSettings
    ) -> None:
        super().__init__()
        self.trained, self.cache, self.settings = trained, cache, settings

    def forward(self, ready: Sequence[Ready], rng: Generator, during: ExitStack) -> Tensor:
        """Return the loss of a batch, over a stretch of each clip while it learns."""
        seen = [self._seen(one, rng if self.training else None) for one in ready]
        videos, heard = (torch.from_numpy(np.stack(part)) for part in zip(*seen, strict=True))
        device = next(self.trained.parameters()).device
        logits = self.trained(videos.to(device))
        return binary_cross_entropy_with_logits(logits, heard.to(logits))

    def marks(self, check: Sequence[Ready]) -> dict[str, float | None]:
        """Return the shares of pictures at a probability of 0.5; None without such pictures."""
        rows = [self._seen(one, None) for one in check]
        device = next(self.trained.parameters()).device
        said = [
            (self.trained(torch.from_numpy(video)[None].to(device))[0] > 0).cpu().numpy()
            for video, _ in rows
        ]
        yes, heard = np.concatenate(said), np.concatenate([truth for _, truth in rows])
        return {
            "accuracy": float((yes == heard).mean()),
            "recall": float(yes[heard].mean()) if heard.any() else None,
            "false": float(yes[~heard].mean()) if not heard.all() else None,
        }

    def _seen(self, ready: Ready, rng: Generator | None) -> tuple[Any, Any]:
        """Return pictures, [3, T, 112, 112], and whether it sounds at each, [T]."""
        pictures, times = self.cache.get(ready.seen)["crops"], ready.times
        begin, count = 0, len(pictures)
        if rng is not None:
            count = min(count, self.settings.pictures)
            begin = int(rng.integers(len(pictures) - count + 1))
        part = slice(begin, begin + count)
        heard = inside(ready.lesson.spans or (), times[part])
        shown = pictures[part].astype(np.float32)
        return normalised(shown, self.settings.networks.detector_range), heard
