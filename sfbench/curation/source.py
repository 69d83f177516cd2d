"""Where clips come from."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from sfbench.errors import Reason
from sfbench.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A clip that a source offers, before any step has looked at it.

    Attributes:
        id: The clip's id; safe as a file name.
        label: Name of the sound, or None when the source names none.
        start: Where the clip begins in its recording, in seconds.
        split: `train` or `test`, or None when the split step decides.
        recording: Clips of one recording share a split; empty when the clip is alone.
        origin: Where the source finds the media again: a path, an address, a number.
        suffix: Suffix of the media file that `fetch` writes.
        missing: Why the source knows already that it cannot bring the media, or None.
        area: Share of the picture that the sounding object takes, 0 to 1, or None when no list
            says so.
    """

    id: str
    label: str | None = None
    start: float = 0.0
    split: str | None = None
    recording: str = ""
    origin: str = ""
    suffix: str = ".mp4"
    missing: Reason | None = None
    area: float | None = None


class Source(Protocol):
    """Offers clips, and brings the media of those that are wanted.

    A source is sent to worker processes, so it is small and can be pickled.
    """

    @property
    def name(self) -> str:
        """Name for the dataset card, for example `folder:clips`."""
        ...

    @property
    def identity(self) -> str:
        """What the clips depend on; a curation goes on only from a source of equal identity."""
        ...

    @property
    def licence(self) -> str:
        """Licence of the media, as hubs spell it: `cc-by-4.0`, `unknown`."""
        ...

    def candidates(self) -> Iterator[Candidate]:
        """Yield what there is, sorted by id, without touching media."""
        ...

    def fetch(self, candidate: Candidate, path: Path) -> None:
        """Write a clip's media to `path`, and its truth, if known, to `path` with suffix .json.

        Raises:
            ClipError: The media cannot be had.
        """
        ...


@runtime_checkable
class Truthful(Protocol):
    """A source that knows of its clips what is heard in them."""

    def heard(
        self, manifest: Manifest, siblings: Mapping[str, Collection[str]]
    ) -> Mapping[str, bool]:
        """Return by clip id whether the clip's label is heard, of all clips of which it is known.

        Args:
            manifest: Clips that were made of this source.
            siblings: By label, the labels that count as the same; itself at least.

        Raises:
            SfbenchError: What it knows cannot be read.
        """
        ...


@runtime_checkable
class Recommending(Protocol):
    """A source that suits another recipe than `vgg-c`."""

    @property
    def recipe(self) -> str:
        """Name of the recipe that is meant when none is asked for."""
        ...


@runtime_checkable
class Listed(Protocol):
    """A source that is read from published lists, which the dataset then names."""

    @property
    def lists(self) -> list[dict[str, Any]]:
        """What `dataset.json` says of every list: its name, sha256, number of rows."""
        ...

    @property
    def notes(self) -> list[str]:
        """Sentences for the user and the dataset card that name the lists."""
        ...
