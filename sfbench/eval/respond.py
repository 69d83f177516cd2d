"""What every metric of a protocol says to every known fault, and what it must say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from sfbench.encoders.extractor import Extractor, Outputs
from sfbench.eval.aggregate import Measured, aggregate
from sfbench.eval.embed import measured
from sfbench.eval.faults import FAULTS, WRONG, Sound
from sfbench.eval.listen import measure_pair
from sfbench.eval.pair import Pair
from sfbench.eval.prompted import Prompted
from sfbench.eval.protocol import Protocol
from sfbench.eval.senses import Senses
from sfbench.media.level import RATE, levels
from sfbench.result import ClipScores, Score

STEADY = 1e-5
"""How far what a network says of a sound may move with the sounds beside it, as a share."""

Answers = Mapping[str, Sequence[Score]]  # fault -> one score per metric


@dataclass(frozen=True, slots=True)
class Expectation:
    """A law that the answers must obey.

    Attributes:
        law: The law in words.
        holds: Whether it holds.
    """

    law: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A true sound and what is known of it.

    Attributes:
        sound: The sound, [n] at 16 kHz; all of one length.
        closest: When a thing that passes by is closest, in seconds; None for all other sounds.
        prompt: What should be heard, in plain words.
        label: Name of the sound, or None.
    """

    sound: Sound
    closest: float | None = None
    prompt: str = ""
    label: str | None = None


def respond(truths: Sequence[Heard], protocol: Protocol) -> dict[str, list[Score]]:
    """Return the scores of true sounds under each fault.

    Args:
        truths: The true sounds. The one that stands half the list away is the wrong one.
        protocol: What to measure.
    """
    sounds = [truth.sound for truth in truths]
    half = len(sounds) // 2
    spoilt = {fault: [spoil(sound) for sound in sounds] for fault, spoil in FAULTS.items()}
    spoilt[WRONG] = sounds[half:] + sounds[:half]
    senses = Senses.open(protocol)
    own = _embedded(truths, sounds, senses)
    return {
        fault: aggregate(_measured(truths, made, own, senses, protocol), protocol)
        for fault, made in spoilt.items()
    }


def blind(own: Score, spoilt: Score) -> bool:
    """Say whether a metric does not tell a fault from the truth: the intervals overlap."""
    if own.low is None or own.high is None or spoilt.low is None or spoilt.high is None:
        return False
    return own.low <= spoilt.high and spoilt.low <= own.high


def judge(answers: Answers) -> list[Expectation]:
    """Return the laws, and whether they hold: no fault beats the truth, and some must be heard."""
    better = [
        Expectation(f"{fault} does not beat identity on {own.metric}", not _beats(spoilt, own))
        for fault, scores in answers.items()
        for own, spoilt in zip(answers["identity"], scores, strict=True)
        if fault != "identity"
    ]
    return better + [
        Expectation(f"{fault} is worse than identity on {metric}", _worse(answers, fault, metric))
        for fault, metric in (
            ("silence", "continuity.coverage"),
            ("silence", "continuity.mute_rate"),
            ("silence", "fad.mel"),
            ("silence", "kad.mel"),
            ("50 % gaps", "continuity.coverage"),
            ("tremolo", "continuity.flicker"),
            ("white noise", "fad.mel"),
            ("1 s late", "envelope.correlation"),
            (WRONG, "envelope.correlation"),
            ("50 % gaps", "continuity.longest_run"),
            ("50 % gaps", "continuity.dropouts"),
            ("silence", "recognised.mini-panns"),
            ("white noise", "recognised.mini-panns"),
            (WRONG, "recognised.mini-panns"),
        )
        if metric in {score.metric for score in answers["identity"]}
    ]


def steady(truths: Sequence[Heard], protocol: Protocol) -> list[Expectation]:
    """Return the laws of the networks: a sound is heard alike twice, alone and in any company.

    Equal to `STEADY`, relative to the largest number that a network says of the sound.
    """
    senses = Senses.open(protocol)
    together = _embedded(truths, [truth.sound for truth in truths], senses)
    again = _embedded(truths[:1], [truths[0].sound], senses)
    return [
        Expectation(f"{name} hears a sound alone as it does in company", _alike(alone, among))
        for name in senses.ears
        for alone, among in ((again[name][0], together[name][0]),)
    ]


def _alike(one: Outputs, other: Outputs) -> bool:
    return all(
        one[key].shape == other[key].shape
        and np.abs(one[key] - other[key]).max(initial=0)
        <= STEADY * np.abs(other[key]).max(initial=0)
        for key in other
    )


def _measured(
    truths: Sequence[Heard],
    spoilt: Sequence[Sound],
    own: Mapping[str, Sequence[Outputs]],
    senses: Senses,
    protocol: Protocol,
) -> Measured:
    pairs = [
        Pair(
            reference=truth.sound,
            generated=made,
            audible=np.ones(len(levels(truth.sound)), np.bool_),
            closest=truth.closest,
        )
        for truth, made in zip(truths, spoilt, strict=True)
    ]
    scores = [
        ClipScores(id=str(place), label=truth.label, metrics=measure_pair(pair, protocol))
        for place, (truth, pair) in enumerate(zip(truths, pairs, strict=True))
    ]
    answers = _embedded(truths, spoilt, senses)
    heard = {name: list(zip(own[name], answers[name], strict=True)) for name in own}
    return measured(protocol, scores, heard, senses.signatures, {})


def _embedded(
    truths: Sequence[Heard], sounds: Sequence[Sound], senses: Senses
) -> dict[str, list[Outputs]]:
    """Return what every ear makes of the sounds, resampled to what it wants."""
    prompts = [truth.prompt for truth in truths]
    return {name: _heard_by(ear, sounds, prompts) for name, ear in senses.ears.items()}


def _heard_by(
    ear: Extractor | Prompted, sounds: Sequence[Sound], prompts: Sequence[str]
) -> list[Outputs]:
    resampled = [soxr.resample(sound, RATE, ear.rate) for sound in sounds]
    if isinstance(ear, Prompted):
        return ear(list(zip(prompts, resampled, strict=True)))
    return ear(resampled)


def _beats(winner: Score, loser: Score) -> bool:
    """Say whether one score is better beyond both intervals; an undefined score beats nothing."""
    if winner.low is None or winner.high is None or loser.low is None or loser.high is None:
        return False
    if winner.higher_is_better:
        return winner.low > loser.high
    return winner.high < loser.low


def _worse(answers: Answers, fault: str, metric: str) -> bool:
    own, spoilt = (
        next(score for score in answers[name] if score.metric == metric)
        for name in ("identity", fault)
    )
    return _beats(own, spoilt)
