"""What a curation step is, and the table of steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from sfbench.catalog import Catalog
from sfbench.curation.recipe import Recipe
from sfbench.curation.source import Candidate
from sfbench.errors import Reason
from sfbench.media.read import Media


@dataclass(slots=True)
class Draft:
    """A clip on its way through the steps.

    Attributes:
        candidate: What the source offers.
        path: The fetched media file, once a step has asked for media.
        media: The decoded media: sound at 16 kHz and the rates of listening steps, pictures
            64×64 at 4 per second.
        evidence: What the steps measured, by step; ends in the manifest.
    """

    candidate: Candidate
    path: Path | None = None
    media: Media | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class Step(Protocol):
    """Keeps a clip, or says why not."""

    name: str
    needs_media: bool

    def keep(self, draft: Draft) -> Reason | None:
        """Return None to keep the clip, or the reason for dropping it."""
        ...


@runtime_checkable
class Listening(Protocol):
    """A step that hears the sound at rates of its own."""

    def rates(self) -> tuple[int, ...]:
        """Return the rates, in Hz, at which it wants `Draft.media` to hold the sound.

        Raises:
            SfbenchError: What it hears with is not on this machine.
        """
        ...

    def remarks(self, candidates: Sequence[Candidate]) -> list[str]:
        """Return sentences for the user and the dataset card: what it decides by, what it misses.

        Raises:
            SfbenchError: What it hears with is not on this machine.
        """
        ...


@runtime_checkable
class SetStep(Protocol):
    """Sees all clips that every single clip's step keeps, and drops some of them.

    A step may be both: `keep` measures a clip in a worker, `drop` compares what was measured.
    """

    @property
    def name(self) -> str:
        """Name in recipes, reasons and the funnel."""
        ...

    @property
    def needs_media(self) -> bool:
        """Whether a dry run has to leave it out."""
        ...

    def drop(self, drafts: Sequence[Draft]) -> Mapping[str, Reason]:
        """Return the reason of every clip that is dropped, by id.

        The answer depends on the drafts alone, never on their number of runs or order of arrival.

        Args:
            drafts: The clips that are left, sorted by id, with their evidence and without media;
                evidence may be added.
        """
        ...


@runtime_checkable
class Particular(Protocol):
    """A step that has something to say of some sources' clips only."""

    def idle(self, candidates: Sequence[Candidate]) -> str | None:
        """Return a sentence for the user if the step is to be skipped for these clips, else None.

        Raises:
            SfbenchError: The step is wanted, and what it needs is not on this machine.
        """
        ...


StepMaker = Callable[[Recipe], Step | SetStep]

steps: Catalog[StepMaker] = Catalog(
    "curation step",
    {
        "split": "sfbench.curation.steps.split:SplitStep",
        "label": "sfbench.curation.steps.label:LabelStep",
        "vggsounder": "sfbench.curation.steps.vggsounder:VGGSounderStep",
        "health": "sfbench.curation.steps.health:HealthStep",
        "duplicates": "sfbench.curation.steps.duplicates:DuplicatesStep",
        "grounding": "sfbench.curation.steps.grounding:GroundingStep",
        "second_opinion": "sfbench.curation.steps.second_opinion:SecondOpinionStep",
        "size": "sfbench.curation.steps.size:SizeStep",
        "sight": "sfbench.curation.steps.sight:SightStep",
        "challenge": "sfbench.curation.steps.challenge:ChallengeStep",
    },
)
