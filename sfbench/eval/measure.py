"""Measures one clip: both sounds decoded once, every metric and embedding from that."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sfbench import store
from sfbench.clip import Clip
from sfbench.encoders.extractor import Extractor, extractors
from sfbench.errors import ClipError, Reason
from sfbench.eval.activity import Frames, frames_of, runs
from sfbench.eval.cache import EmbeddingCache
from sfbench.eval.metric import ClipMetric, CloudMetric, metrics
from sfbench.eval.pair import Pair
from sfbench.eval.protocol import Protocol, Window
from sfbench.media.level import HOP, RATE
from sfbench.media.read import read_media
from sfbench.result import ClipScores, Measure
from sfbench.take import Take

STAGE = "evaluate"
Span = tuple[float, float]  # seconds within the clip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured of one clip; a line of the journal.

    Attributes:
        id: The clip's id.
        scores: The clip's own numbers.
        keys: Names in the cache of the true and the generated sound's embedding, by extractor.
    """

    id: str
    scores: ClipScores
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measurement:
    """Measures clips by a protocol; is sent to worker processes.

    Attributes:
        dataset: The dataset folder.
        run: The run folder.
        protocol: The protocol.
        cache: Where embeddings are kept.
    """

    dataset: Path
    run: Path
    protocol: Protocol
    cache: EmbeddingCache

    def __call__(self, item: tuple[Clip, Take]) -> Row:
        """Return what was measured of one clip.

        Raises:
            ClipError: A sound cannot be read, or the two share too short a span.
        """
        clip, take = item
        own, made = self.dataset / clip.video, self.run / str(take.audio)
        _check_unchanged(own, clip)
        reference = read_media(own, rates=(RATE,)).sound[RATE]
        generated = read_media(made, rates=(RATE,)).sound[RATE]
        span = common_span(self.protocol.window, len(reference), take, len(generated))
        pair = Pair(
            reference=_cut(reference, 0.0, span),
            generated=_cut(generated, take.span[0], span),
            audible=audible_frames(self.dataset, clip, span),
        )
        keys = {
            name: (
                self._embed(extractor, pair.reference, clip.sha256, span),
                self._embed(extractor, pair.generated, store.sha256_file(made), span),
            )
            for name, extractor in extractors_of(self.protocol).items()
        }
        return Row(id=clip.id, scores=_clip_scores(clip, pair, self.protocol), keys=keys)

    def _embed(
        self, extractor: Extractor, sound: NDArray[np.float32], sha256: str, span: Span
    ) -> str:
        key = self.cache.key(sha256, extractor.signature, span)
        if not self.cache.has(key):
            self.cache.put(key, extractor.embed(sound))
        return key


def extractors_of(protocol: Protocol) -> dict[str, Extractor]:
    """Return the extractors that a protocol's distances need, by name."""
    chosen = [metrics[name] for name in protocol.metrics]
    names = {metric.extractor for metric in chosen if isinstance(metric, CloudMetric)}
    return {name: extractors[name]() for name in sorted(names)}


def common_span(window: Window, own_samples: int, take: Take, made_samples: int) -> Span:
    """Return the span that window, clip and take share, in seconds within the clip.

    Raises:
        ClipError: It is shorter than the window's `min_seconds`.
    """
    start = max(window.start, take.span[0])
    end = min(window.start + window.seconds, own_samples / RATE, take.span[0] + made_samples / RATE)
    if end - start < window.min_seconds:
        detail = f"shares {max(end - start, 0):.2f} s with the clip, not {window.min_seconds:g} s"
        raise ClipError(Reason(STAGE, "too-short", detail))
    return round(start, 4), round(end, 4)


def audible_frames(dataset: Path, clip: Clip, span: Span) -> Frames:
    """Return the frames in which the sound is heard by the clip's truth; all if it has none."""
    count = -(-_samples(span) // round(HOP * RATE))
    if clip.truth is None:
        return np.ones(count, np.bool_)
    truth: dict[str, Any] = msgspec.json.decode((dataset / clip.truth).read_bytes())
    start = span[0]
    audible = [(max(begin - start, 0.0), max(end - start, 0.0)) for begin, end in truth["audible"]]
    return frames_of(audible, count)


def _samples(span: Span) -> int:
    return round((span[1] - span[0]) * RATE)


def _cut(sound: NDArray[np.float32], begins: float, span: Span) -> NDArray[np.float32]:
    """Return the samples of a span from a sound that begins at `begins` within the clip."""
    begin = round((span[0] - begins) * RATE)
    return sound[begin : begin + _samples(span)]


def _check_unchanged(path: Path, clip: Clip) -> None:
    if not path.is_file():
        raise ClipError(Reason(STAGE, "missing", f"the dataset folder has no {clip.video}"))
    if store.sha256_file(path) != clip.sha256:
        raise ClipError(Reason(STAGE, "changed", f"{clip.video} is not what the manifest names"))


def measure_pair(pair: Pair, protocol: Protocol) -> dict[str, Measure]:
    """Return every per-clip metric of a protocol for one pair, by name."""
    chosen = [metrics[name] for name in protocol.metrics]
    return {
        metric.name: metric.measure(pair) for metric in chosen if isinstance(metric, ClipMetric)
    }


def _clip_scores(clip: Clip, pair: Pair, protocol: Protocol) -> ClipScores:
    return ClipScores(
        id=clip.id,
        label=clip.label,
        metrics=measure_pair(pair, protocol),
        evidence={
            "active": runs(pair.active),
            "expected": runs(pair.expected),
            "expected_from": "truth" if clip.truth else "reference",
        },
    )
