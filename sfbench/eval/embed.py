"""Embeds sounds in batches, each sound once."""

from collections.abc import Mapping, Sequence

import numpy as np

from sfbench.encoders.extractor import Extractor, Samples, extractors
from sfbench.eval.aggregate import Measured
from sfbench.eval.cache import EmbeddingCache
from sfbench.eval.listen import Row
from sfbench.eval.metric import CloudMetric, metrics
from sfbench.eval.protocol import Protocol


def open_extractors(protocol: Protocol, device: str) -> dict[str, Extractor]:
    """Return the extractors that a protocol's distances need, by name.

    Raises:
        SfbenchError: Weights of one of them are missing.
    """
    chosen = [metrics[name] for name in protocol.metrics]
    names = {metric.extractor for metric in chosen if isinstance(metric, CloudMetric)}
    return {name: extractors[name](device) for name in sorted(names)}


def embed(
    wanted: Sequence[Mapping[str, Mapping[str, Samples]]],
    opened: Mapping[str, Extractor],
    cache: EmbeddingCache,
) -> None:
    """Put the embeddings of a batch of clips into the cache.

    Args:
        wanted: For each clip, sound by name in the cache, by extractor.
        opened: The extractors.
        cache: Where embeddings are kept.
    """
    for name, extractor in opened.items():
        sounds = {key: sound for one in wanted for key, sound in one[name].items()}
        if sounds:
            for key, outputs in zip(sounds, extractor(list(sounds.values())), strict=True):
                cache.put(key, outputs)


def gather(rows: Sequence[Row], opened: Mapping[str, Extractor], cache: EmbeddingCache) -> Measured:
    """Return rows with their embeddings, taken from the cache."""
    clouds = {
        name: (
            np.array([cache.get(row.keys[name][0])["embedding"][0] for row in rows], np.float64),
            np.array([cache.get(row.keys[name][1])["embedding"][0] for row in rows], np.float64),
        )
        for name in opened
    }
    signatures = {name: extractor.signature for name, extractor in opened.items()}
    return Measured([row.scores for row in rows], clouds, signatures)
