"""Latents of sounds and embeddings of pictures, made once and kept by content."""

import hashlib
from collections import Counter
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from sfbench.encoders.cache import EmbeddingCache
from sfbench.executor import Stage
from sfbench.model.auffusion.mel import to_image
from sfbench.model.smooth_foley.look import Seen, Times, remember
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.tuning.lesson import Lesson, Lessons
from sfbench.model.tuning.listen import STEP, Listen, Sound
from sfbench.progress import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A clip whose latents or embeddings are in the cache.

    Attributes:
        lesson: The clip.
        latent: Name of its latents in the cache; empty where sounds were not asked for.
        seen: Name of its pictures' embeddings; empty where pictures were not asked for.
        times: When each picture is shown, [N].
    """

    lesson: Lesson
    latent: str
    seen: str
    times: Times


def prepare(
    lessons: Lessons, networks: Networks, listen: Listen, watch: Watch
) -> tuple[list[Ready], Counter[str]]:
    """Return the clips that can be learnt from, in order, and how many cannot, by reason."""
    ready: list[Ready] = []
    failed: Counter[str] = Counter()
    clips = [lesson.clip for lesson in lessons.rows]
    with closing(Stage(STEP, listen).run(clips)) as outcomes:
        for lesson, made in zip(lessons.rows, watch(outcomes, len(clips), "prepare"), strict=True):
            if made.value is None:
                failed[made.reason.code] += 1
            else:
                ready.append(_ready(lesson, networks, listen.cache, *made.value))
    return ready, failed


def _ready(
    lesson: Lesson,
    networks: Networks,
    cache: EmbeddingCache,
    key: str,
    sound: Sound | None,
    seen: Seen | None,
) -> Ready:
    """Return a clip whose latents and embeddings are in the cache."""
    if sound is not None:
        cache.put(key, {"moments": moments(networks, sound).cpu().numpy()})
    if seen is not None:
        remember(networks.pictures, cache, [seen])
    times = np.zeros(0, np.float32) if seen is None else seen.times
    return Ready(lesson=lesson, latent=key, seen=seen.key if seen else "", times=times)


@torch.no_grad()
def moments(networks: Networks, sound: Sound) -> Tensor:
    """Return mean and log-variance of the latents of a sound, [8, h, w]."""
    image = networks.image
    device = next(networks.vae.parameters()).device
    log_mel = image.log_mel(torch.from_numpy(sound)[None].to(device))
    picture = image.canvas(to_image(log_mel))
    made: Tensor = networks.vae.encode(2 * picture - 1).latent_dist.parameters
    return made[0]


def latent_signature(networks: Networks) -> str:
    """Return what latents depend on: the mel image and the tensors of the autoencoder."""
    return f"latent|{networks.image}|{content(networks.vae)}"


def content(network: nn.Module) -> str:
    """Return a hash of a network's tensors."""
    known = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        known.update(f"{name}{tuple(value.shape)}".encode())
        known.update(value.detach().cpu().contiguous().numpy().tobytes())
    return known.hexdigest()
