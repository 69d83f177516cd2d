"""Scores and results: what `run` leaves and `report` reads."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sfbench import store
from sfbench.errors import Reason, SfbenchError

FORMAT = 1

TOLERATED = 0.02
"""Share of clips that a system may fail and still be ranked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One number of a result, or why there is none.

    Attributes:
        metric: Name of the metric, for example `fad.mel`.
        signature: Everything that makes the number comparable; equal signatures may be ranked.
        value: The number; None when it could not be had, and then `reason` says why.
        low: Lower end of the 95 % interval, or None.
        high: Upper end of the 95 % interval, or None.
        floor: What half of the true sounds score against the other half, or None; a distance that
            is biased when clips are few is more so here, at n/2 a side.
        n: Number of clips behind the value.
        higher_is_better: Direction.
        unit: Unit for people, for example `dB`.
        reason: Why the value or the interval is missing, or which clips it leaves out; or None.
        scales: The same number as other papers print it, by the scale's name.
        warnings: Sentences on how far the number can be trusted, for example that n < d.
    """

    metric: str
    signature: str
    value: float | None
    low: float | None = None
    high: float | None = None
    floor: float | None = None
    n: int
    higher_is_better: bool
    unit: str = ""
    reason: str | None = None
    scales: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The signature without its number of clips, which common clips will decide."""
        return "|".join(part for part in self.signature.split("|") if not part.startswith("n="))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One metric of one clip: a value, or the reason for there being none."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipScores:
    """All metrics of one clip; a line of `clips.jsonl`.

    Attributes:
        id: The clip's id.
        label: The clip's label, or None.
        family: Group of related labels, or None.
        metrics: Value or reason by metric name.
        evidence: What the numbers rest on, for pictures: `active` and `expected` are lists of
            [start, end] in seconds; `traits` are words that tell kinds of clips apart.
    """

    id: str
    label: str | None = None
    family: str | None = None
    metrics: dict[str, Measure] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A clip without a score, and why."""

    id: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRef:
    """The clips that a result was measured on.

    Attributes:
        name: Name of the dataset.
        split: Name of the split.
        manifest_sha256: Hash of the manifest's canonical bytes.
        n: Number of clips asked for.
    """

    name: str
    split: str
    manifest_sha256: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolRef:
    """The protocol that a result was measured by."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One system measured by one protocol on one split of one manifest.

    Attributes:
        model: Name of the system.
        revision: Short hash of its config, weights, seed and clips.
        dataset: The clips.
        protocol: The protocol.
        weights: Names and hashes of the weights that took part.
        versions: Versions of the software that took part.
        scores: One score per metric, in the protocol's order.
        strata: Scores by label.
        families: Scores by family of labels.
        failures: Clips without a score.
        coverage: Share of the clips that were scored, 0 to 1.
        scored: Hash of the sorted ids of the clips behind the scores; equal hashes, equal clips.
        left_out: Ids of scored clips that are not behind the scores, because another system that
            this one is ranked with failed on them.
        notes: Sentences for the reader, for example that a settings step was skipped.
    """

    format: int = FORMAT
    model: str
    revision: str
    dataset: DatasetRef
    protocol: ProtocolRef
    weights: list[dict[str, str]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)
    strata: dict[str, list[Score]] = field(default_factory=dict)
    families: dict[str, list[Score]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    coverage: float = 1.0
    scored: str = ""
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def system(self) -> str:
        """Model and revision in one word: what tells systems apart."""
        return f"{self.model}@{self.revision}"

    @property
    def rankable(self) -> bool:
        """Whether the system failed on few enough clips to be ranked."""
        return self.coverage >= 1 - TOLERATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Whether two systems differ on one metric, over the same clips, by more than chance.

    Attributes:
        protocol: The protocol's hash.
        metric: Name of the metric.
        first: One system, `model@revision`.
        second: The other.
        difference: Score of the first less that of the second.
        p: Two-sided p of a paired permutation test, 0 to 1.
        p_holm: The same, made safe (Holm) for all questions that the table asks.
    """

    protocol: str
    metric: str
    first: str
    second: str
    difference: float
    p: float
    p_holm: float


def read_result(path: Path) -> Result:
    """Return the result in a `result.json`.

    Raises:
        SfbenchError: The file is missing, damaged, or of another format version.
    """
    try:
        result = msgspec.json.decode(path.read_bytes(), type=Result)
    except (OSError, msgspec.MsgspecError) as error:
        raise SfbenchError(f"{path} is no readable result ({error}); run the model again") from None
    if result.format != FORMAT:
        raise SfbenchError(f"{path} has format {result.format}, this sfbench reads {FORMAT}")
    return result


def read_clip_scores(path: Path) -> list[ClipScores]:
    """Return the lines of a `clips.jsonl`; an empty list when there is none."""
    if not path.exists():
        return []
    return store.read_lines(path, ClipScores)
