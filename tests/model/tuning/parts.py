"""Clips whose latents and embeddings are made up, and tiny networks with random weights."""

from copy import deepcopy
from dataclasses import replace
from functools import lru_cache

import numpy as np

from sfbench.clip import Clip
from sfbench.encoders.cache import EmbeddingCache
from sfbench.model.smooth_foley.settings import Settings as NetworkSettings
from sfbench.model.smooth_foley.sized import sized_networks
from sfbench.model.tuning.lesson import Lesson
from sfbench.model.tuning.prepare import Ready

NETWORKS = NetworkSettings(weights="random", size="tiny", timing="none")
LATENT = (8, 8, 32)  # mean and log-variance of a short picture


@lru_cache(maxsize=1)
def _made():
    made = sized_networks(NETWORKS, {}, "cpu")
    return replace(made, image=replace(made.image, columns=256))


def tiny():
    """Return tiny networks of one's own that paint pictures of 2.56 s."""
    return deepcopy(_made())


def made_up(folder, count=2, pictures=3, seconds=4.0):
    """Return clips, and the cache that knows them."""
    cache, rng = EmbeddingCache(folder), np.random.default_rng(0)
    ready = []
    for index in range(count):
        clip = Clip(
            id=f"c{index}_0",
            label="helicopter",
            split="train",
            video=f"{index}.mp4",
            sha256=str(index),
            seconds=seconds,
        )
        moments = rng.normal(size=LATENT).astype(np.float32)
        moments[4:] = -30
        latent, seen = f"aa{index}", f"bb{index}"
        cache.put(latent, {"moments": moments})
        cache.put(seen, {"embedding": rng.normal(size=(pictures, 24)).astype(np.float32)})
        lesson = Lesson(clip=clip, text=f"a sound {index}", spans=((1.0, 2.0),))
        times = np.arange(pictures, dtype=np.float32)
        ready.append(Ready(lesson=lesson, latent=latent, seen=seen, times=times))
    return ready, cache
