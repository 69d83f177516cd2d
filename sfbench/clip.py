"""The video segment that everything else is about."""

import re
from dataclasses import dataclass, field
from typing import Any

SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,120}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One video segment of a dataset.

    Attributes:
        id: `<youtube id>_<start:06d>` or a slug; letters, digits, `_` and `-` only.
        label: Name of the sound, or None when the source names none.
        family: Group of related labels, or None.
        split: `train` or `test`.
        video: Path of the media file, relative to the dataset folder.
        sha256: Hash of the media file's bytes.
        seconds: Length of the media, in seconds.
        start: Where the segment begins in its recording, in seconds.
        evidence: What the curation steps measured, by step.
        truth: Path of the truth file, relative to the dataset folder, or None.
    """

    id: str
    label: str | None
    family: str | None = None
    split: str
    video: str
    sha256: str
    seconds: float
    start: float = 0.0
    evidence: dict[str, Any] = field(default_factory=dict)
    truth: str | None = None

    def __post_init__(self) -> None:
        if not SAFE_ID.fullmatch(self.id):
            raise ValueError(f"unsafe clip id {self.id!r}: letters, digits, '_' and '-' only")


def slug(text: str) -> str:
    """Return a clip id made from any text.

    >>> slug("my film (final).v2")
    'my-film-final-v2'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:100] or "clip"
