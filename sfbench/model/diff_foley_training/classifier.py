"""The trainer `diff-foley-classifier`: whether a noisy latent and features belong together.

Half of the pairs do; a quarter is of one clip at two times, a quarter of two clips.

Source: Luo et al., arXiv 2306.17203, section 3.3.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from sfbench.model.diff_foley.classifier import AlignmentClassifier
from sfbench.model.diff_foley.mini import CLASSIFIER
from sfbench.model.diff_foley.schedule import STEPS
from sfbench.model.diff_foley_training.card import Telling
from sfbench.model.diff_foley_training.denoiser import schedule
from sfbench.model.diff_foley_training.latents import Latents, chance_of, draw_windows, gather
from sfbench.model.diff_foley_training.settings import ClassifierSettings
from sfbench.model.diff_foley_training.teach import Part, teach
from sfbench.model.settings import checked
from sfbench.model.training.progress import Goal
from sfbench.progress import Watch

_TOGETHER, _SHIFTED = 0.5, 0.75  # of the pairs, up to here
_LOOKED = (100, 300, 500)  # times at which pairs are looked at

Places = NDArray[np.int64]


def train_classifier(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `diff-foley-classifier.*` into `out`.

    Args:
        given: The recipe's settings; see `ClassifierSettings`.
        out: Where the network and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings or weights cannot be used, or `out` holds a training that was
            begun and `resume` does not say to go on.
    """
    settings = checked(given, ClassifierSettings)
    material = gather(settings, watch)
    torch.manual_seed(settings.seed)
    network = AlignmentClassifier(settings.geometry.classifier)
    part = Part(
        name=CLASSIFIER,
        network=network,
        loss=partial(_loss, network, settings, material.learn),
        marks=partial(_marks, network, settings, material.check),
        goal=Goal("over_shifted", upward=True),
        telling=_telling(settings),
        needs=material.needs,
    )
    teach(part, settings, *material.clips, out, resume, watch)


def _loss(
    network: AlignmentClassifier, settings: ClassifierSettings, latents: Latents, rng: Generator
) -> Tensor:
    places, begins = draw_windows(latents, settings.batch, rng)
    kinds, chance = rng.random(settings.batch), chance_of(rng)
    others = (places + rng.integers(1, len(latents), size=settings.batch)) % len(latents)
    seen_places = np.where(kinds < _SHIFTED, places, others)
    moved = shifted(begins, settings.shift, len(latents.begins), rng)
    seen_begins = np.where((kinds >= _TOGETHER) & (kinds < _SHIFTED), moved, begins)
    logits = _sure(
        network,
        latents.heard(places, begins, chance),
        latents.seen(seen_places, seen_begins),
        torch.randint(STEPS, (settings.batch,), generator=chance, device="cpu"),
        chance,
    )
    return binary_cross_entropy_with_logits(logits, torch.as_tensor(kinds < _TOGETHER).float())


def shifted(begins: Places, least: int, count: int, rng: Generator) -> Places:
    """Return other begins of windows, each at least so many pictures away, where there are such."""
    moved = []
    for begin in begins.tolist():
        far = [one for one in range(count) if abs(one - begin) >= least]
        moved.append(int(rng.choice(far)) if far else count - 1 - begin)
    return np.array(moved)


def _sure(
    network: AlignmentClassifier,
    clean: Tensor,
    features: Tensor,
    times: Tensor,
    chance: torch.Generator,
) -> Tensor:
    """Return logits of belonging together, [B], of latents that are made noisy."""
    noise = torch.randn(clean.shape, generator=chance, device="cpu").to(clean)
    times = times.to(clean.device)
    noisy = schedule().add_noise(clean, noise, times)
    logits: Tensor = network(noisy, times, network.cond_model(features))
    return logits


def _marks(
    network: AlignmentClassifier, settings: ClassifierSettings, latents: Latents
) -> dict[str, float]:
    """Return how often a pair that belongs together is surer than one that does not."""
    places, first = np.arange(len(latents)), np.zeros(len(latents), np.int64)
    last = np.full(len(latents), len(latents.begins) - 1)
    pairs = {"own": (places, first), "shifted": (places, last), "other": (places - 1, first)}
    sure: dict[str, list[Tensor]] = {name: [] for name in pairs}
    for time in _LOOKED:
        for name, (clips, begins) in pairs.items():
            chance = torch.Generator("cpu").manual_seed(time)
            clean = latents.heard(places, first, chance)
            times = torch.full((len(latents),), time)
            seen = latents.seen(clips, begins)
            sure[name].append(_sure(network, clean, seen, times, chance))
    own, late, other = (torch.cat(logits) for logits in sure.values())
    return {
        "over_shifted": float((own > late).float().mean()),
        "over_other": float((own > other).float().mean()),
        "own_yes": float((own > 0).float().mean()),
    }


def _telling(settings: ClassifierSettings) -> Telling:
    size = settings.geometry.classifier
    return Telling(
        title="mini Diff-Foley: alignment classifier",
        about=(
            "Says of a noisy latent and the features of pictures whether they belong together, in "
            "kind and in time: the second guidance. Diff-Foley's class, smaller: "
            f"{', '.join(map(str, size.channels))} channels per level. It is given features with "
            "their positions (the setting `placed`), in sampling, too."
        ),
        loss=(
            "Cross entropy over half of pairs that belong together, a quarter of one clip at two "
            f"times ({settings.shift} pictures apart or more), a quarter of two clips, at even "
            "times of the noise."
        ),
        figures={
            "over_shifted": "surer of a clip's own pair than of the same shifted",
            "over_other": "... than of another clip's features",
            "own_yes": "own pairs that are said to belong together",
        },
    )
