"""Listens to one clip in a worker process, and looks at its pictures.

Both files are decoded once; what needs no network is measured at once, and what networks still
have to embed is handed on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sfbench import store
from sfbench.clip import Clip
from sfbench.encoders.cache import EmbeddingCache
from sfbench.errors import ClipError, Reason
from sfbench.eval.activity import Frames, Runs, frames_of, runs
from sfbench.eval.metric import ClipMetric, metrics
from sfbench.eval.metrics.continuity import flicker
from sfbench.eval.pair import Pair
from sfbench.eval.prompted import prompt_of
from sfbench.eval.protocol import Protocol
from sfbench.eval.senses import Wishes
from sfbench.eval.traits import traits
from sfbench.eval.window import Cut, Span, common_span, cut, samples, shifted
from sfbench.media.level import HOP, RATE
from sfbench.media.read import Media, read_media
from sfbench.result import ClipScores, Measure
from sfbench.take import Take

STAGE = "evaluate"
PASS_BY = "pass-by"

Wanted = dict[str, dict[str, Any]]  # extractor or sight -> name in the cache -> its input


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured of one clip; a line of the journal.

    Attributes:
        id: The clip's id.
        scores: The clip's own numbers.
        keys: Names in the cache of the true and the generated sound's embedding, by extractor.
        seen: Names in the cache of the pictures' embedding, by sight; none without a picture.
    """

    id: str
    scores: ClipScores
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All names in the cache."""
        return [*(key for pair in self.keys.values() for key in pair), *self.seen.values()]


@dataclass(frozen=True, slots=True)
class Heard:
    """A row, and the sounds and pictures whose embeddings the cache lacks."""

    row: Row
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Listener:
    """Listens to clips by a protocol; is sent to worker processes.

    Attributes:
        dataset: The dataset folder.
        run: The run folder.
        protocol: The protocol.
        cache: Where embeddings are kept.
        wishes: What the protocol's extractors want to hear and see.
    """

    dataset: Path
    run: Path
    protocol: Protocol
    cache: EmbeddingCache
    wishes: Wishes

    def __call__(self, item: tuple[Clip, Take]) -> Heard:
        """Return what was heard and seen of one clip.

        Raises:
            ClipError: A file cannot be read, or the two share too short a span.
        """
        clip, take = item
        own, made = self.dataset / clip.video, self.run / str(take.audio)
        _check_unchanged(own, clip)
        media, answer = self._read(own, pictures=True), self._read(made, pictures=False)
        seconds = (len(one.sound[RATE]) / RATE for one in (media, answer))
        own_seconds, made_seconds = seconds
        span = common_span(self.protocol.window, own_seconds, take.span[0], made_seconds)
        dc = self.protocol.signal.remove_dc
        truth = cut(clip.sha256, media.sound, span, remove_dc=dc)
        sound = shifted(span, take.span[0])
        heard = cut(store.sha256_file(made), answer.sound, sound, remove_dc=dc)
        keys, sounds = self._name_sounds(prompt_of(clip), truth, heard)
        seen, pictures = self._name_pictures(clip, media, span)
        scores = self._measure(clip, truth, heard, span)
        return Heard(Row(id=clip.id, scores=scores, keys=keys, seen=seen), sounds | pictures)

    def _read(self, path: Path, *, pictures: bool) -> Media:
        rates = sorted({RATE, *(wish.rate for wish in self.wishes.sounds.values())})
        every = self.wishes.every if pictures else 0
        mix = self.protocol.signal.mix
        if not every:
            return read_media(path, rates=rates, mix=mix)
        try:
            return read_media(path, rates=rates, every=every, keep=self.wishes.keep, mix=mix)
        except ClipError as error:
            if error.reason.code != "no-picture":
                raise
            return read_media(path, rates=rates, mix=mix)

    def _name_sounds(self, prompt: str, *cuts: Cut) -> tuple[dict[str, tuple[str, str]], Wanted]:
        """Name both sounds' embeddings, and pick out the sounds that are not embedded yet."""
        keys, wanted, treatment = {}, {}, self.protocol.signal.words
        for name, wish in self.wishes.sounds.items():
            signature = "|".join([wish.signature, *([prompt] if wish.prompted else []), *treatment])
            first, second = (self.cache.key(one.sha256, signature, one.span) for one in cuts)
            keys[name] = (first, second)
            inputs = {key: one.sounds[wish.rate] for key, one in zip(keys[name], cuts, strict=True)}
            wanted[name] = {
                key: (prompt, sound) if wish.prompted else sound
                for key, sound in inputs.items()
                if not self.cache.has(key)
            }
        return keys, wanted

    def _name_pictures(self, clip: Clip, media: Media, span: Span) -> tuple[dict[str, str], Wanted]:
        """Name the embeddings of the pictures within the span, and pick out those not embedded."""
        names: dict[str, str] = {}
        wanted: Wanted = {name: {} for name in self.wishes.pictures}
        for name, wish in self.wishes.pictures.items():
            step = wish.every // self.wishes.every
            times = media.times[::step]
            shown = media.frames[::step][(times >= span[0]) & (times < span[1])]
            if len(shown):
                names[name] = self.cache.key(clip.sha256, wish.signature, span)
                if not self.cache.has(names[name]):
                    wanted[name] = {names[name]: shown}
        return names, wanted

    def _measure(self, clip: Clip, truth: Cut, heard: Cut, span: Span) -> ClipScores:
        known = _truth(self.dataset, clip)
        says, audible = heard_times(known, clip)
        pair = Pair(
            reference=truth.sounds[RATE],
            generated=heard.sounds[RATE],
            audible=audible_frames(audible, span),
            closest=closest_approach(known, clip, span),
            off_screen=frames_within(known["off_screen"], span) if known else None,
        )
        return ClipScores(
            id=clip.id,
            label=clip.label,
            family=clip.family,
            metrics=measure_pair(pair, self.protocol),
            evidence={
                "active": runs(pair.active),
                "expected": runs(pair.expected),
                "expected_from": says,
                "flicker": {
                    "reference": flicker(pair.reference_levels),
                    "generated": flicker(pair.generated_levels),
                },
                "span": span,
                "traits": traits(pair, known),
            },
        )


def heard_times(truth: Mapping[str, Any] | None, clip: Clip) -> tuple[str, Runs | None]:
    """Return who says when the sound is heard, and when, as [start, end] in seconds of the clip.

    The first to say so of: a person who reviewed the clip (`evidence["review"]["audible"]`), the
    clip's truth, the grounding of its true sound (`evidence["grounding"]["runs"]`). Where nobody
    does, `reference` and None: it is heard all the time.
    """
    review, grounding = (clip.evidence.get(name, {}) for name in ("review", "grounding"))
    said = {
        "review": review.get("audible"),
        "truth": truth["audible"] if truth is not None else None,
        "grounding": grounding.get("runs"),
    }
    who = next((name for name, times in said.items() if times is not None), "reference")
    return who, said.get(who)


def audible_frames(audible: Runs | None, span: Span) -> Frames:
    """Return the frames of a span in which the sound is heard; all of them where nobody says."""
    return ~frames_within([], span) if audible is None else frames_within(audible, span)


def frames_within(intervals: Runs, span: Span) -> Frames:
    """Return the frames of a span that lie in intervals, which are in seconds of the clip."""
    count, start = -(-samples(span, RATE) // round(HOP * RATE)), span[0]
    return frames_of([(max(b - start, 0.0), max(e - start, 0.0)) for b, e in intervals], count)


def closest_approach(truth: Mapping[str, Any] | None, clip: Clip, span: Span) -> float | None:
    """Return when a thing that passes by is closest, in seconds within the span; else None.

    Who says so is the clip's truth, or a person who reviewed it: `evidence["review"]["pass_by"]`
    in seconds within the clip.
    """
    when = clip.evidence.get("review", {}).get("pass_by")
    if truth is not None and truth["trajectory"] == PASS_BY:
        when = truth["closest_approach"]
    return when - span[0] if when is not None and span[0] < when < span[1] else None


def measure_pair(pair: Pair, protocol: Protocol) -> dict[str, Measure]:
    """Return every per-clip metric of a protocol for one pair, by name."""
    chosen = [metrics[name] for name in protocol.metrics]
    return {
        metric.name: metric.measure(pair) for metric in chosen if isinstance(metric, ClipMetric)
    }


def _truth(dataset: Path, clip: Clip) -> dict[str, Any] | None:
    if clip.truth is None:
        return None
    truth: dict[str, Any] = msgspec.json.decode((dataset / clip.truth).read_bytes())
    return truth


def _check_unchanged(path: Path, clip: Clip) -> None:
    if not path.is_file():
        raise ClipError(Reason(STAGE, "missing", f"the dataset folder has no {clip.video}"))
    if store.sha256_file(path) != clip.sha256:
        raise ClipError(Reason(STAGE, "changed", f"{clip.video} is not what the manifest names"))
