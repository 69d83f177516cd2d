"""What every metric of a protocol says to every known fault, and what it must say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sfbench.eval.aggregate import Measured, aggregate
from sfbench.eval.embed import measured
from sfbench.eval.faults import FAULTS, Sound
from sfbench.eval.listen import measure_pair
from sfbench.eval.pair import Pair
from sfbench.eval.protocol import Protocol
from sfbench.eval.senses import Senses
from sfbench.media.level import levels
from sfbench.result import ClipScores, Score

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


def respond(sounds: Sequence[Sound], protocol: Protocol) -> dict[str, list[Score]]:
    """Return the scores of true sounds under each fault.

    Args:
        sounds: True sounds, [n] each at 16 kHz.
        protocol: What to measure.
    """
    return {
        fault: aggregate(_measured(sounds, [spoil(sound) for sound in sounds], protocol), protocol)
        for fault, spoil in FAULTS.items()
    }


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
        )
        if metric in {score.metric for score in answers["identity"]}
    ]


def _measured(sounds: Sequence[Sound], spoilt: Sequence[Sound], protocol: Protocol) -> Measured:
    pairs = [
        Pair(reference=own, generated=made, audible=np.ones(len(levels(own)), np.bool_))
        for own, made in zip(sounds, spoilt, strict=True)
    ]
    scores = [
        ClipScores(id=str(place), metrics=measure_pair(pair, protocol))
        for place, pair in enumerate(pairs)
    ]
    senses = Senses.open(protocol)
    heard = {
        name: list(zip(ear(sounds), ear(spoilt), strict=True)) for name, ear in senses.ears.items()
    }
    return measured(protocol, scores, heard, senses.signatures, {})


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
