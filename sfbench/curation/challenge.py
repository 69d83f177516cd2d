"""Which clips of the test split are hard: a proxy of the paper's own pick, which is unpublished.

The paper (section II-D) picked 95 test clips by hand, such as a siren whose car is not in the
picture or an object too small to be recognised. Here a score from the evidence of the steps
stands for that eye.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from sfbench.curation.rules.challenge import ChallengeRule
from sfbench.store import sha256_bytes

Evidence = Mapping[str, Any]  # what the steps measured, by step


@dataclass(frozen=True, slots=True)
class Challenge:
    """How hard a clip is.

    Attributes:
        score: 0 (easy) to 1; None without any evidence.
        terms: What it is made of, 0 to 1 each.
        absent: Terms that count in the rule and for which there is no evidence.
    """

    score: float | None
    terms: dict[str, float]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entrant:
    """A clip that may be chosen.

    Attributes:
        id: Its id.
        family: Its label's family; empty without one.
        recording: The recording that it is cut from.
        score: Its challenge score, or None.
        forced: Whether a reviewer wants it.
    """

    id: str
    family: str
    recording: str
    score: float | None
    forced: bool = False


def challenge_of(evidence: Evidence, rule: ChallengeRule) -> Challenge:
    """Return how hard a clip is: the weighted mean of the terms for which there is evidence.

    A missing term is left out of the mean; it is never taken for 0.
    """
    weights = {k: v for k, v in msgspec.structs.asdict(rule.weights).items() if v > 0}
    known = {name: term for name, term in _terms(evidence, rule).items() if name in weights}
    terms = {name: round(known[name], 3) for name in weights if name in known}
    total = sum(weights[name] for name in terms)
    score = sum(weights[name] * term for name, term in terms.items()) / total if total else None
    absent = tuple(name for name in weights if name not in terms)
    return Challenge(None if score is None else round(score, 3), terms, absent)


def choose(entrants: Iterable[Entrant], count: int, seed: int) -> list[str]:
    """Return the ids of the chosen clips, in the order of choice.

    Those that a reviewer wants come first, however many. Then every family in turn, the one with
    the fewest chosen clips first, gives its hardest clip whose recording is not chosen yet, so
    that families have equal shares as far as they have clips. Equal scores are ordered by a hash
    of seed and id.

    Args:
        entrants: The clips, in any order.
        count: How many to choose.
        seed: Another seed, another order of equals.
    """
    ranked = sorted(entrants, key=lambda one: _rank(one, seed))
    chosen = [one for one in ranked if one.forced]
    queues = _by_family(one for one in ranked if not one.forced)
    taken = {one.recording for one in chosen}
    shares = {family: sum(one.family == family for one in chosen) for family in queues}
    while queues and len(chosen) < count:
        family = min(queues, key=lambda name: (shares[name], name))
        hardest = _next(queues[family], taken)
        if hardest is None:
            del queues[family]
            continue
        chosen.append(hardest)
        taken.add(hardest.recording)
        shares[family] += 1
    return [one.id for one in chosen]


def _terms(evidence: Evidence, rule: ChallengeRule) -> dict[str, float]:
    """Return the terms for which there is evidence, 0 to 1, 1 being hard."""
    terms: dict[str, float] = {}
    flags, size = evidence.get("flags") or {}, evidence.get("size") or {}
    unseen = (flags.get("off_screen"), size.get("unseen"))
    if (first := next((one for one in unseen if one is not None), None)) is not None:
        terms["off_screen"] = float(first)
    if (area := size.get("area")) is not None:
        terms["small"] = _share(rule.large - area, rule.large)
    sight = evidence.get("sight") or {}
    if (similarity := sight.get("similarity")) is not None:
        terms["unlike"] = _share(rule.alike - similarity, rule.alike - rule.foreign)
    if (sharpness := sight.get("sharpness")) is not None:
        terms["blurred"] = _share(rule.sharp - sharpness, rule.sharp)
    if (coverage := (evidence.get("grounding") or {}).get("coverage")) is not None:
        terms["long"] = float(coverage)
    return terms


def _share(part: float, whole: float) -> float:
    return min(max(part / whole, 0.0), 1.0)


def _rank(one: Entrant, seed: int) -> tuple[bool, float, str]:
    """Return the place of a clip: hard ones first, those of unknown score last."""
    order = sha256_bytes(f"{seed}/{one.id}".encode())
    return one.score is None, -(one.score or 0.0), order


def _by_family(entrants: Iterable[Entrant]) -> dict[str, list[Entrant]]:
    queues: dict[str, list[Entrant]] = {}
    for one in entrants:
        queues.setdefault(one.family, []).append(one)
    return queues


def _next(queue: Sequence[Entrant], taken: set[str]) -> Entrant | None:
    return next((one for one in queue if one.recording not in taken), None)
