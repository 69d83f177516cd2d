"""What parts learn from, of sounds and of pictures: made once and kept by content."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sfbench.encoders.cache import EmbeddingCache
from sfbench.executor import Stage
from sfbench.media.picture import Frames, Keep
from sfbench.model.auffusion.mel import to_image
from sfbench.model.smooth_foley.choose import Choice
from sfbench.model.smooth_foley.look import Kept, Seen, Times, remember
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.tuning.lesson import Lesson, Lessons
from sfbench.model.tuning.listen import STEP, Listen, Sound
from sfbench.progress import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A clip of which what is kept is in the cache.

    Attributes:
        lesson: The clip.
        latent: Name in the cache of what is kept of its sound; empty where that was not asked for.
        seen: Name of what is kept of its pictures; empty where that was not asked for.
        times: When each picture is shown, [N].
    """

    lesson: Lesson
    latent: str
    seen: str
    times: Times


@dataclass(frozen=True, slots=True)
class Digest:
    """What is kept of a sound.

    Attributes:
        signature: What it depends on beside the sound.
        make: Makes it, as arrays by name.
    """

    signature: str
    make: Callable[[Sound], Mapping[str, NDArray[Any]]]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is kept of a clip's pictures.

    Attributes:
        signature: What it depends on beside the pictures.
        keep: What a worker keeps of each picture.
        make: Makes it of what was kept of the pictures of some clips, as arrays by name.
    """

    signature: str
    keep: Keep
    make: Callable[[Sequence[Frames]], list[Kept]]


def latents(networks: Networks) -> Digest:
    """Keep mean and log-variance of a sound's latents, as `moments`, [2 channels, h, w]."""

    def make(sound: Sound) -> dict[str, NDArray[Any]]:
        return {"moments": moments(networks, sound).cpu().numpy()}

    return Digest(latent_signature(networks), make)


def images(networks: Networks) -> Digest:
    """Keep a sound's mel image, as `image`, [bands, columns] in 0..1, in half precision."""

    def make(sound: Sound) -> dict[str, NDArray[Any]]:
        return {"image": mel_image(networks, sound)[0, 0].half().numpy()}

    return Digest(f"image|{networks.image}", make)


def embeddings(networks: Networks, choice: Choice) -> Sight:
    """Keep embeddings of pictures, as `embedding`, [N, width]."""
    return Sight(choice.signature, choice.keep, networks.pictures)


def prepare(
    lessons: Lessons, listen: Listen, digest: Digest | None, sight: Sight | None, watch: Watch
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
                ready.append(_ready(lesson, listen.cache, digest, sight, *made.value))
    return ready, failed


def _ready(
    lesson: Lesson,
    cache: EmbeddingCache,
    digest: Digest | None,
    sight: Sight | None,
    key: str,
    sound: Sound | None,
    seen: Seen | None,
) -> Ready:
    """Return a clip of which what is kept is in the cache."""
    if sound is not None and digest is not None:
        cache.put(key, digest.make(sound))
    if seen is not None and sight is not None:
        remember(sight.make, cache, [seen])
    times = np.zeros(0, np.float32) if seen is None else seen.times
    return Ready(lesson=lesson, latent=key, seen=seen.key if seen else "", times=times)


@torch.no_grad()
def moments(networks: Networks, sound: Sound) -> Tensor:
    """Return mean and log-variance of the latents of a sound, [2 channels, h, w]."""
    device = next(networks.vae.parameters()).device
    picture = mel_image(networks, sound).to(device)
    made: Tensor = networks.vae.encode(2 * picture - 1).latent_dist.parameters
    return made[0]


def mel_image(networks: Networks, sound: Sound) -> Tensor:
    """Return the mel image of a sound, [1, 3, bands, columns] in 0..1."""
    image = networks.image
    return image.canvas(to_image(image.log_mel(torch.from_numpy(sound)[None])))


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
