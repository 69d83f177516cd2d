"""Embeds sounds in batches, each sound once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sfbench.encoders.extractor import Extractor, Outputs, extractors
from sfbench.errors import ClipError, Reason
from sfbench.eval.aggregate import Measured
from sfbench.eval.cache import EmbeddingCache
from sfbench.eval.listen import Heard, Row
from sfbench.eval.metric import ClipMetric, Metric, OutputMetric, metrics
from sfbench.eval.protocol import Protocol
from sfbench.result import ClipScores, Measure


def open_extractors(protocol: Protocol, device: str) -> dict[str, Extractor]:
    """Return the extractors that a protocol's metrics need, by name.

    Raises:
        SfbenchError: Weights of one of them are missing.
    """
    chosen = [metrics[name] for name in protocol.metrics]
    names = {metric.extractor for metric in chosen if not isinstance(metric, ClipMetric)}
    return {name: extractors[name](device) for name in sorted(names)}


def embed(
    heard: Sequence[Heard], opened: Mapping[str, Extractor], cache: EmbeddingCache
) -> dict[str, Reason]:
    """Put the embeddings of a batch of clips into the cache.

    Args:
        heard: The clips, with the sounds that the cache lacks.
        opened: The extractors.
        cache: Where embeddings are kept.

    Returns:
        The reasons of clips that an extractor refused, by id; they cost the others nothing.
    """
    try:
        for name, extractor in opened.items():
            _embed(name, extractor, heard, cache)
    except ClipError as error:
        if len(heard) == 1:
            return {heard[0].row.id: error.reason}
        each = [embed([one], opened, cache) for one in heard]
        return {key: reason for refused in each for key, reason in refused.items()}
    return {}


def _embed(name: str, extractor: Extractor, heard: Sequence[Heard], cache: EmbeddingCache) -> None:
    asked = {key: sound for one in heard for key, sound in one.wanted[name].items()}
    # A worker looks ahead: an earlier batch may have brought a sound in the meantime.
    sounds = {key: sound for key, sound in asked.items() if not cache.has(key)}
    if sounds:
        for key, outputs in zip(sounds, extractor(list(sounds.values())), strict=True):
            cache.put(key, outputs)


def gather(
    rows: Sequence[Row], protocol: Protocol, opened: Mapping[str, Extractor], cache: EmbeddingCache
) -> Measured:
    """Return rows with what the extractors made of their sounds, taken from the cache."""
    heard = {
        name: [(cache.get(row.keys[name][0]), cache.get(row.keys[name][1])) for row in rows]
        for name in opened
    }
    signatures = {name: extractor.signature for name, extractor in opened.items()}
    return measured(protocol, [row.scores for row in rows], heard, signatures)


def measured(
    protocol: Protocol,
    scores: Sequence[ClipScores],
    heard: Mapping[str, Sequence[tuple[Outputs, Outputs]]],
    signatures: Mapping[str, str],
) -> Measured:
    """Return the clips' numbers, those among them that need an extractor's outputs included."""
    chosen = [metrics[name] for name in protocol.metrics]
    full = [
        replace(clip, metrics=clip.metrics | _from_outputs(chosen, heard, place))
        for place, clip in enumerate(scores)
    ]
    return Measured(full, heard, signatures)


def _from_outputs(
    chosen: Sequence[Metric], heard: Mapping[str, Sequence[tuple[Outputs, Outputs]]], place: int
) -> dict[str, Measure]:
    return {
        metric.name: metric.measure(*heard[metric.extractor][place])
        for metric in chosen
        if isinstance(metric, OutputMetric)
    }
