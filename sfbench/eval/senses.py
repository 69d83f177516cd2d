"""The networks that a protocol needs: ears for sounds, eyes for pictures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import Literal, Self

from sfbench.encoders.device import choose_device
from sfbench.encoders.extractor import (
    WEIGHTLESS,
    Extractor,
    ExtractorMaker,
    FrameExtractor,
    extractors,
    frame_extractors,
    reference_extractors,
    reference_frame_extractors,
)
from sfbench.encoders.grounding.grounder import grounders
from sfbench.errors import SfbenchError
from sfbench.eval.metric import ClipMetric, Sight, SightMetric, metrics
from sfbench.eval.prompted import Prompted
from sfbench.eval.protocol import Protocol
from sfbench.media.picture import Keep

Backend = Literal["sfbench", "reference"]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What an extractor wants to hear; all of it that a worker needs.

    Attributes:
        signature: The extractor's signature.
        rate: Sample rate that it wants, in Hz.
        prompted: Whether it wants the clip's prompt with each sound.
    """

    signature: str
    rate: int
    prompted: bool = False


@dataclass(frozen=True, slots=True)
class Seeing:
    """What an extractor wants to see; all of it that a worker needs.

    Attributes:
        signature: The extractor's signature, with the choice of pictures.
        every: Distance between the pictures, counted in the video's own rate.
    """

    signature: str
    every: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """What all extractors of a protocol want.

    Attributes:
        sounds: By name of extractor.
        pictures: By name of sight.
        every: Distance between the pictures that serve all sights; 0 when none is wanted.
        keep: What they look at of a picture.
    """

    sounds: Mapping[str, Hearing]
    pictures: Mapping[str, Seeing] = field(default_factory=dict)
    every: int = 0
    keep: Keep | None = None


@dataclass(frozen=True, slots=True)
class Senses:
    """Opened networks.

    Attributes:
        ears: Extractors of sounds, by name.
        eyes: Extractors of pictures, by sight.
        notes: Sentences for the reader of a result.
    """

    ears: Mapping[str, Extractor | Prompted]
    eyes: Mapping[Sight, FrameExtractor] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def all(self) -> dict[str, Callable[..., Sequence[Mapping[str, object]]]]:
        """All of them, by name of extractor and of sight."""
        return {**self.ears, **{sight.name: eye for sight, eye in self.eyes.items()}}

    @property
    def signatures(self) -> dict[str, str]:
        """Signatures by name of extractor and of sight."""
        wishes = self.wishes
        heard = {name: wish.signature for name, wish in wishes.sounds.items()}
        return heard | {name: wish.signature for name, wish in wishes.pictures.items()}

    @property
    def wishes(self) -> Wishes:
        """What the networks want to hear and see.

        Raises:
            SfbenchError: Two of them look at different parts of a picture.
        """
        sounds = {
            name: Hearing(ear.signature, ear.rate, isinstance(ear, Prompted))
            for name, ear in self.ears.items()
        }
        pictures = {
            sight.name: Seeing(f"{eye.signature}|{sight.words}", sight.every)
            for sight, eye in self.eyes.items()
        }
        keeps = {eye.keep for eye in self.eyes.values()}
        if len(keeps) > 1:
            raise SfbenchError("metrics look at different parts of a picture; use two protocols")
        every = gcd(*(sight.every for sight in self.eyes))
        return Wishes(sounds, pictures, every, keeps.pop() if keeps else None)

    @classmethod
    def open(cls, protocol: Protocol, device: str = "auto", backend: Backend = "sfbench") -> Self:
        """Return the networks that a protocol's metrics need.

        Args:
            protocol: The protocol.
            device: `cpu`, `cuda`, `cuda:1`, `mps`, or `auto` for the best there is.
            backend: Whether the networks are our own, or those of the packages that others use.

        Raises:
            SfbenchError: Weights, a package or the device are missing.
        """
        chosen = [metrics[name] for name in protocol.metrics]
        heard = {metric.extractor for metric in chosen if not isinstance(metric, ClipMetric)}
        sights = sorted({metric.sight for metric in chosen if isinstance(metric, SightMetric)})
        where = choose_device(device, idle=heard <= WEIGHTLESS and not sights)
        theirs = (reference_extractors, reference_frame_extractors)
        ear_rows, eye_rows = theirs if backend == "reference" else ({}, {})
        pictures = {
            name: (eye_rows if name in eye_rows else frame_extractors)[name](where)
            for name in sorted({sight.extractor for sight in sights})
        }
        return cls(
            ears={name: _ear(name, ear_rows, where) for name in sorted(heard)},
            eyes={sight: pictures[sight.extractor] for sight in sights},
            notes=_without_package({*heard, *pictures}, {*ear_rows, *eye_rows}, backend),
        )


def _ear(name: str, rows: Mapping[str, ExtractorMaker], device: str) -> Extractor | Prompted:
    if name in grounders:
        return Prompted(grounders[name](device))
    return (rows if name in rows else extractors)[name](device)


def _without_package(names: set[str], theirs: set[str], backend: Backend) -> list[str]:
    ours = sorted(names - theirs)
    if backend == "sfbench" or not ours:
        return []
    return [f"No package stands behind {', '.join(ours)}: computed by sfbench's own code."]
