"""What the networks are given of a batch: latents, texts, pictures, and when it sounds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from sfbench.encoders.cache import EmbeddingCache
from sfbench.model.foleycrafter.condition import columns, painted
from sfbench.model.foleycrafter.denoise import Conditions
from sfbench.model.smooth_foley.condition import of_pictures
from sfbench.model.smooth_foley.look import Times
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.smooth_foley.settings import Settings as NetworkSettings
from sfbench.model.training.spans import inside
from sfbench.model.tuning.prepare import Ready

_TICKS = 100  # a second, at which spans are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The conditions of B clips.

    Attributes:
        texts: What sounds, [B].
        embeddings: Embeddings of their pictures, [B, N, width]; None where none are shown.
        times: When each picture is shown, [N].
        sounding: Pictures of when it sounds, [B, 1, H, W]; None where nothing says so.
    """

    texts: tuple[str, ...]
    embeddings: Tensor | None
    times: Times
    sounding: Tensor | None


def alike(ready: Sequence[Ready]) -> list[list[Ready]]:
    """Return clips in groups that show their pictures at the same times: what batches are of."""
    groups: dict[bytes, list[Ready]] = {}
    for one in ready:
        groups.setdefault(one.times.tobytes(), []).append(one)
    return list(groups.values())


def draw(groups: Sequence[Sequence[Ready]], size: int, rng: Generator) -> list[Ready]:
    """Return clips of one group, each clip of all groups as likely as any other."""
    counts = np.array([len(group) for group in groups])
    group = groups[int(rng.choice(len(groups), p=counts / counts.sum()))]
    return [group[place] for place in rng.integers(len(group), size=size).tolist()]


def given_of(
    ready: Sequence[Ready], networks: Networks, cache: EmbeddingCache, *, timed: bool
) -> Given:
    """Return the conditions of clips that show their pictures at the same times.

    Args:
        ready: The clips.
        networks: The networks.
        cache: Where their embeddings are.
        timed: Whether to tell when it sounds.
    """
    seen = [cache.get(one.seen)["embedding"] for one in ready if one.seen]
    sounding = [_painted(one, networks) for one in ready] if timed else []
    return Given(
        texts=tuple(one.lesson.text for one in ready),
        embeddings=torch.from_numpy(np.stack(seen)) if seen else None,
        times=ready[0].times,
        sounding=torch.from_numpy(np.stack(sounding)) if sounding else None,
    )


def _painted(ready: Ready, networks: Networks) -> NDArray[np.float32]:
    """Return the picture of when a clip sounds, [1, H, W]."""
    image = networks.image
    seconds = min(ready.lesson.clip.seconds, image.columns / image.per_second)
    ticks = (np.arange(round(seconds * _TICKS)) + 0.5) / _TICKS
    heard = inside(ready.lesson.spans or (), ticks)
    told = columns(heard, seconds, image.columns, "mel", image.per_second)
    return painted(told, image.bands).copy()


def latents_of(
    ready: Sequence[Ready], networks: Networks, cache: EmbeddingCache, chance: torch.Generator
) -> Tensor:
    """Return latents, [B, channels, h, w], drawn from what the autoencoder says of sounds."""
    kept = torch.from_numpy(np.stack([cache.get(one.latent)["moments"] for one in ready]))
    mean, spread = kept.chunk(2, 1)
    drawn = mean + (spread.clamp(-30, 20) / 2).exp() * torch.randn(mean.shape, generator=chance)
    scaled: Tensor = drawn * networks.vae.config.scaling_factor
    return scaled


def left_out(given: Given, rng: Generator, text: float, image: float, both: float) -> Given:
    """Return conditions of which some clips' are left out, so that guidance can be learnt.

    A text that is left out is empty, pictures that are left out are zeros. Source: Ho and
    Salimans, arXiv 2207.12598; the shares are IP-Adapter's, arXiv 2308.06721.

    Args:
        given: The conditions.
        rng: Source of chance.
        text: Share of clips whose text alone is left out.
        image: Share of clips whose pictures alone are left out.
        both: Share of clips of which both are left out.
    """
    chance = rng.random(len(given.texts))
    no_text = chance < both + text
    no_image = (chance < both) | ((both + text <= chance) & (chance < both + text + image))
    return without(given, no_text, no_image)


def without(given: Given, text: NDArray[np.bool_], image: NDArray[np.bool_]) -> Given:
    """Return the conditions without the texts and the pictures of some clips, [B] each."""
    texts = tuple("" if no else own for own, no in zip(given.texts, text, strict=True))
    shown = given.embeddings
    if shown is not None:
        shown = shown * torch.from_numpy(~image)[:, None, None]
    return replace(given, texts=texts, embeddings=shown)


def doubled(given: Given) -> Given:
    """Return the conditions of 2B: without text and pictures first, as `denoising` wants them."""
    every = np.ones(len(given.texts), np.bool_)
    free = without(given, every, every)
    return Given(
        texts=free.texts + given.texts,
        embeddings=_both(free.embeddings, given.embeddings),
        times=given.times,
        sounding=_both(given.sounding, given.sounding),
    )


def _both(first: Tensor | None, second: Tensor | None) -> Tensor | None:
    return None if first is None or second is None else torch.cat([first, second])


def conditions_of(given: Given, networks: Networks, settings: NetworkSettings) -> Conditions:
    """Return what the networks are told, on the device of the UNet."""
    text = networks.text(given.texts).to(networks.unet.device)
    frames = None
    if given.embeddings is not None:
        frames = of_pictures(networks, settings, given.embeddings.to(text), given.times)
    sounding = None if given.sounding is None else given.sounding.to(text)
    return Conditions(text=text, frames=frames, sounding=sounding)
