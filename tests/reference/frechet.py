"""frechet_audio_distance's distance, and clouds of embeddings to ask it and us about."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sfbench.encoders.reference.clap import laion_clap
from sfbench.encoders.reference.cnn14 import AT_16K, cnn14, cnn14_network
from sfbench.encoders.reference.upstream import loaded, quiet, upstream
from tests.reference.pairs import PAIRS, sounds, weights

Cloud = NDArray[np.float32]


def tool() -> Any:
    """Return the package's object without its constructor, which fetches a checkpoint."""
    laion_clap()  # imported by the package, with its tokenizers if not before
    package = upstream("frechet_audio_distance").FrechetAudioDistance
    return object.__new__(package)


def their_distance(reference: Cloud, generated: Cloud) -> float:
    """Return what the package says, its averages and covariances included."""
    asked = tool()
    statistics = [asked.calculate_embd_statistics(cloud) for cloud in (reference, generated)]
    with quiet():
        return float(asked.calculate_frechet_distance(*statistics[0], *statistics[1]))


def embedded(extractor: str, rate: int, lengths: Sequence[float]) -> tuple[Cloud, Cloud]:
    """Return what the package's network, with random weights, makes of two sets of sounds."""
    answers = PAIRS[extractor]().theirs(sounds(rate, lengths))
    rows = [answer["embedding"] for answer in answers]
    return np.concatenate(rows[::2]), np.concatenate(rows[1::2])


def gaussian(seed: int, rows: int, width: int) -> Cloud:
    """Return a cloud whose variances fall as those of embeddings do, [rows, width]."""
    random = np.random.default_rng(seed)
    spread = random.normal(size=(rows, width)) * np.arange(1, width + 1) ** -0.5
    return (spread + 0.1 * random.normal(size=width)).astype(np.float32)


def unit(cloud: Cloud) -> Cloud:
    """Return the cloud with rows of length 1, as CLAP's are."""
    return cloud / np.linalg.norm(cloud, axis=1, keepdims=True)


def collapsed_embeddings() -> tuple[list[Cloud], list[Cloud]]:
    """Return two sets of PANNs embeddings, each as rows and as the package hands them on.

    The package drops the axis of clips (its issue 37), so its own are flat, [clips * 2048].
    """
    network = cnn14_network(AT_16K)
    loaded(network, weights(f"panns-{AT_16K.name}", network))
    heard = sounds(AT_16K.rate, [1 + index / 8 for index in range(8)])
    asked = tool()
    asked.model, asked.model_name = network, "pann"
    asked.device, asked.verbose = torch.device("cpu"), False
    embed = cnn14(network, AT_16K)
    sets = (heard[::2], heard[1::2])
    rows = [np.concatenate([one["embedding"] for one in embed(some)]) for some in sets]
    return rows, [asked.get_embeddings(some, sr=AT_16K.rate) for some in sets]


CLOUDS: Mapping[str, Callable[[], tuple[Cloud, Cloud]]] = {
    "vggish, 48 rows of a random network": lambda: embedded("vggish", 16_000, (3.9,) * 24),
    "vggish, 950 rows drawn": lambda: (gaussian(0, 950, 128), gaussian(1, 950, 128)),
    "clap, 8 rows of a random network": lambda: embedded("clap", 48_000, (1.0,) * 16),
    "clap, 95 rows drawn": lambda: (unit(gaussian(0, 95, 512)), unit(gaussian(1, 95, 512))),
}
"""Clouds like those that a Fréchet audio distance compares."""
