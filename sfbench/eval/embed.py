"""Embeds sounds and pictures in batches, each once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sfbench.encoders.cache import EmbeddingCache
from sfbench.encoders.extractor import Outputs
from sfbench.errors import ClipError, Reason
from sfbench.eval.aggregate import Measured
from sfbench.eval.listen import Heard, Row
from sfbench.eval.metric import LabelMetric, Metric, OutputMetric, SightMetric, metrics
from sfbench.eval.protocol import Protocol
from sfbench.result import ClipScores, Measure

Networks = Mapping[str, Any]  # extractor or sight -> what embeds a list of its inputs
Both = tuple[Outputs, Outputs]  # what was made of the true and of the generated sound


def embed(heard: Sequence[Heard], networks: Networks, cache: EmbeddingCache) -> dict[str, Reason]:
    """Put the embeddings of a batch of clips into the cache.

    Args:
        heard: The clips, with the sounds and pictures that the cache lacks.
        networks: The extractors.
        cache: Where embeddings are kept.

    Returns:
        The reasons of clips that an extractor refused, by id; they cost the others nothing.
    """
    try:
        for name, network in networks.items():
            _embed(name, network, heard, cache)
    except ClipError as error:
        if len(heard) == 1:
            return {heard[0].row.id: error.reason}
        each = [embed([one], networks, cache) for one in heard]
        return {key: reason for refused in each for key, reason in refused.items()}
    return {}


def _embed(name: str, network: Any, heard: Sequence[Heard], cache: EmbeddingCache) -> None:
    asked = {key: given for one in heard for key, given in one.wanted[name].items()}
    # A worker looks ahead: an earlier batch may have brought an embedding in the meantime.
    inputs = {key: given for key, given in asked.items() if not cache.has(key)}
    if inputs:
        for key, outputs in zip(inputs, network(list(inputs.values())), strict=True):
            cache.put(key, outputs)


def gather(
    rows: Sequence[Row], protocol: Protocol, signatures: Mapping[str, str], cache: EmbeddingCache
) -> Measured:
    """Return rows with what the extractors made of their sounds and pictures, from the cache.

    Args:
        rows: The rows.
        protocol: The protocol.
        signatures: The extractors' signatures, by name of extractor and of sight.
        cache: Where the embeddings are kept.
    """
    heard = {name: [_both(row.keys[name], cache) for row in rows] for name in _ears(rows)}
    eyes = sorted({name for row in rows for name in row.seen})
    seen = {
        name: [cache.get(row.seen[name]) if name in row.seen else None for row in rows]
        for name in eyes
    }
    return measured(protocol, [row.scores for row in rows], heard, signatures, seen)


def measured(
    protocol: Protocol,
    scores: Sequence[ClipScores],
    heard: Mapping[str, Sequence[Both]],
    signatures: Mapping[str, str],
    seen: Mapping[str, Sequence[Outputs | None]],
) -> Measured:
    """Return the clips' numbers, those among them that need an extractor's outputs included."""
    chosen = [metrics[name] for name in protocol.metrics]
    full = [
        replace(clip, metrics=clip.metrics | _from_outputs(chosen, heard, seen, place, clip.label))
        for place, clip in enumerate(scores)
    ]
    return Measured(full, heard, signatures)


def _ears(rows: Sequence[Row]) -> list[str]:
    return sorted(rows[0].keys) if rows else []


def _both(keys: tuple[str, str], cache: EmbeddingCache) -> Both:
    return cache.get(keys[0]), cache.get(keys[1])


def _from_outputs(
    chosen: Sequence[Metric],
    heard: Mapping[str, Sequence[Both]],
    seen: Mapping[str, Sequence[Outputs | None]],
    place: int,
    label: str | None,
) -> dict[str, Measure]:
    measures = {}
    for metric in chosen:
        if isinstance(metric, OutputMetric):
            measures[metric.name] = metric.measure(*heard[metric.extractor][place])
        if isinstance(metric, LabelMetric):
            measures[metric.name] = metric.measure(heard[metric.extractor][place][1], label)
        if isinstance(metric, SightMetric):
            pictures = seen.get(metric.sight.name, [None] * (place + 1))[place]
            made = heard[metric.extractor][place][1]
            measures[metric.name] = _match(metric, pictures, made)
    return measures


def _match(metric: SightMetric, pictures: Outputs | None, made: Outputs) -> Measure:
    if pictures is None:
        return Measure(value=None, reason="the clip has no picture")
    return metric.measure(pictures, made)
