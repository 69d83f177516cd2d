"""Listens to one clip in a worker process.

Both files are decoded once; what needs no network is measured at once, and the sounds that networks
still have to embed are handed on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from sfbench import store
from sfbench.clip import Clip
from sfbench.encoders.extractor import Extractor, Samples
from sfbench.errors import ClipError, Reason
from sfbench.eval.activity import Frames, frames_of, runs
from sfbench.eval.cache import EmbeddingCache
from sfbench.eval.metric import ClipMetric, metrics
from sfbench.eval.pair import Pair
from sfbench.eval.protocol import Protocol, Window
from sfbench.media.level import HOP, RATE
from sfbench.media.read import read_media
from sfbench.result import ClipScores, Measure
from sfbench.take import Take

STAGE = "evaluate"
Span = tuple[float, float]  # seconds within the clip
Sounds = Mapping[int, Samples]  # rate -> samples


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
class Heard:
    """A row, and the sounds whose embeddings the cache lacks.

    Attributes:
        row: The row.
        wanted: Sound by name in the cache, by extractor.
    """

    row: Row
    wanted: dict[str, dict[str, Samples]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What an extractor wants to hear; all of it that a worker needs.

    Attributes:
        signature: The extractor's signature.
        rate: Sample rate that it wants, in Hz.
    """

    signature: str
    rate: int


def wishes_of(extractors: Mapping[str, Extractor]) -> dict[str, Wish]:
    """Return the wishes of extractors, by name."""
    return {name: Wish(one.signature, one.rate) for name, one in extractors.items()}


@dataclass(frozen=True, slots=True)
class Listener:
    """Listens to clips by a protocol; is sent to worker processes.

    Attributes:
        dataset: The dataset folder.
        run: The run folder.
        protocol: The protocol.
        cache: Where embeddings are kept.
        wishes: What the protocol's extractors want to hear.
    """

    dataset: Path
    run: Path
    protocol: Protocol
    cache: EmbeddingCache
    wishes: Mapping[str, Wish]

    def __call__(self, item: tuple[Clip, Take]) -> Heard:
        """Return what was heard of one clip.

        Raises:
            ClipError: A sound cannot be read, or the two share too short a span.
        """
        clip, take = item
        own, made = self.dataset / clip.video, self.run / str(take.audio)
        _check_unchanged(own, clip)
        reference, generated = self._read(own), self._read(made)
        span = common_span(self.protocol.window, reference, take, generated)
        truth = _cut(clip.sha256, reference, span)
        answer = _cut(store.sha256_file(made), generated, _shifted(span, take.span[0]))
        audible = audible_frames(self.dataset, clip, span)
        pair = Pair(reference=truth.sounds[RATE], generated=answer.sounds[RATE], audible=audible)
        keys, wanted = self._name(truth, answer)
        scores = _clip_scores(clip, pair, self.protocol)
        return Heard(Row(id=clip.id, scores=scores, keys=keys), wanted)

    def _read(self, path: Path) -> Sounds:
        rates = sorted({RATE, *(wish.rate for wish in self.wishes.values())})
        return read_media(path, rates=rates).sound

    def _name(
        self, *cuts: "_Cut"
    ) -> tuple[dict[str, tuple[str, str]], dict[str, dict[str, Samples]]]:
        """Name both sounds' embeddings, and pick out the sounds that are not embedded yet."""
        keys, wanted = {}, {}
        for name, wish in self.wishes.items():
            first, second = (self.cache.key(cut.sha256, wish.signature, cut.span) for cut in cuts)
            keys[name] = (first, second)
            sounds = {key: cut.sounds[wish.rate] for key, cut in zip(keys[name], cuts, strict=True)}
            wanted[name] = {key: one for key, one in sounds.items() if not self.cache.has(key)}
        return keys, wanted


def common_span(window: Window, reference: Sounds, take: Take, generated: Sounds) -> Span:
    """Return the span that window, clip and take share, in seconds within the clip.

    Raises:
        ClipError: It is shorter than the window's `min_seconds`.
    """
    own, made = len(reference[RATE]) / RATE, len(generated[RATE]) / RATE
    start = max(window.start, take.span[0])
    end = min(window.start + window.seconds, own, take.span[0] + made)
    if end - start < window.min_seconds:
        detail = f"shares {max(end - start, 0):.2f} s with the clip, not {window.min_seconds:g} s"
        raise ClipError(Reason(STAGE, "too-short", detail))
    return round(start, 4), round(end, 4)


def audible_frames(dataset: Path, clip: Clip, span: Span) -> Frames:
    """Return the frames in which the sound is heard by the clip's truth; all if it has none."""
    count = -(-_samples(span, RATE) // round(HOP * RATE))
    if clip.truth is None:
        return np.ones(count, np.bool_)
    truth: dict[str, Any] = msgspec.json.decode((dataset / clip.truth).read_bytes())
    start = span[0]
    audible = [(max(begin - start, 0.0), max(end - start, 0.0)) for begin, end in truth["audible"]]
    return frames_of(audible, count)


def measure_pair(pair: Pair, protocol: Protocol) -> dict[str, Measure]:
    """Return every per-clip metric of a protocol for one pair, by name."""
    chosen = [metrics[name] for name in protocol.metrics]
    return {
        metric.name: metric.measure(pair) for metric in chosen if isinstance(metric, ClipMetric)
    }


def _samples(span: Span, rate: int) -> int:
    return round((span[1] - span[0]) * rate)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A span of a file's sound: which file, which span of it in seconds, the samples by rate."""

    sha256: str
    span: Span
    sounds: Sounds


def _cut(sha256: str, sounds: Sounds, span: Span) -> _Cut:
    starts = {rate: round(span[0] * rate) for rate in sounds}
    samples = {
        rate: sound[starts[rate] : starts[rate] + _samples(span, rate)]
        for rate, sound in sounds.items()
    }
    return _Cut(sha256, span, samples)


def _shifted(span: Span, begins: float) -> Span:
    """Return a span of the clip as a span of a sound that begins at `begins` within the clip."""
    return round(span[0] - begins, 4), round(span[1] - begins, 4)


def _check_unchanged(path: Path, clip: Clip) -> None:
    if not path.is_file():
        raise ClipError(Reason(STAGE, "missing", f"the dataset folder has no {clip.video}"))
    if store.sha256_file(path) != clip.sha256:
        raise ClipError(Reason(STAGE, "changed", f"{clip.video} is not what the manifest names"))


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
