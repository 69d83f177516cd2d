"""Takes one clip through the steps, in a worker process."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sfbench import store
from sfbench.clip import Clip
from sfbench.curation.recipe import Recipe
from sfbench.curation.source import Candidate, Source
from sfbench.curation.split import split_of
from sfbench.curation.step import Draft, Listening, Step
from sfbench.errors import Reason
from sfbench.executor import Stage
from sfbench.media.level import RATE
from sfbench.media.read import read_media

STAGE = "media"
LOOKS_PER_SECOND = 4.0
LOOK_SIZE = (64, 64)
STAGING = ".staging"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one clip; a line of the journal.

    Attributes:
        id: The clip's id.
        label: The clip's label, or None.
        clip: The clip if it was kept.
        reason: Why it was not.
        evidence: What the steps measured until then.
        stage: Name of the stage that says so.
    """

    id: str
    label: str | None = None
    clip: Clip | None = None
    reason: Reason | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    stage: str = STAGE


def examination(
    recipe: Recipe, source: Source, chosen: Sequence[Step], out: Path, staging: Path
) -> Stage[Candidate, Verdict]:
    """Return the stage that judges candidates and places the media of kept ones in `out`.

    `staging` holds media while they are judged; it lies on the same disk.

    Raises:
        SfbenchError: What a step hears with is not on this machine.
    """
    rates = {
        RATE,
        *(rate for step in chosen if isinstance(step, Listening) for rate in step.rates()),
    }
    work = partial(
        examine,
        recipe=recipe,
        source=source,
        chosen=tuple(chosen),
        out=out,
        staging=staging,
        rates=tuple(sorted(rates)),
    )
    return Stage(STAGE, work)


def examine(
    candidate: Candidate,
    *,
    recipe: Recipe,
    source: Source,
    chosen: Sequence[Step],
    out: Path,
    staging: Path,
    rates: Sequence[int] = (RATE,),
) -> Verdict:
    """Return the verdict on one candidate.

    Args:
        candidate: The clip.
        recipe: What to decide by.
        source: Where its media comes from.
        chosen: The steps, in order.
        out: The dataset folder.
        staging: Where its media lies meanwhile.
        rates: Rates that the steps want the sound at, in Hz.

    Raises:
        ClipError: Its media cannot be had or decoded.
    """
    draft = Draft(candidate)
    staged = staging / f"{candidate.id}{candidate.suffix}"
    for step in chosen:
        if step.needs_media:
            _obtain(draft, source, staged, rates)
        reason = step.keep(draft)
        if reason is not None:
            return Verdict(
                id=candidate.id, label=candidate.label, reason=reason, evidence=draft.evidence
            )
    _obtain(draft, source, staged, rates)
    clip = _place(draft, recipe, staged, out)
    return Verdict(id=candidate.id, label=candidate.label, clip=clip)


def _obtain(draft: Draft, source: Source, staged: Path, rates: Sequence[int]) -> None:
    """Fetch and decode a clip's media, once."""
    if draft.media is None:
        source.fetch(draft.candidate, staged)
        draft.path = staged
        draft.media = read_media(
            staged, rates=rates, fps=LOOKS_PER_SECOND, size=LOOK_SIZE, strict=False
        )


def _place(draft: Draft, recipe: Recipe, staged: Path, out: Path) -> Clip:
    """Move a kept clip's files to its split's folder and describe it."""
    if draft.media is None:
        raise ValueError("a clip is placed after its media was decoded")
    candidate = draft.candidate
    split = split_of(candidate, recipe.split)
    video = Path(split) / staged.name
    truth = move(staged.with_suffix(".json"), out / video.with_suffix(".json"))
    sha256 = store.sha256_file(staged)
    move(staged, out / video)
    return Clip(
        id=candidate.id,
        label=candidate.label,
        family=recipe.family(candidate.label),
        split=split,
        video=video.as_posix(),
        sha256=sha256,
        seconds=round(draft.media.seconds, 3),
        start=candidate.start,
        evidence=draft.evidence,
        truth=video.with_suffix(".json").as_posix() if truth else None,
    )


def move(origin: Path, target: Path) -> bool:
    """Move a file if it is there; say whether it was."""
    if not origin.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    origin.replace(target)
    return True
