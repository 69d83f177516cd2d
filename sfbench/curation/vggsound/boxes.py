"""VGG-SS: boxes that people drew around the sounding objects of VGGSound's test clips.

One picture of each of 5,158 clips, the one at 5 s, has boxes. They are read as published: a JSON
list of `{"file": "<id>_<start>", "class": LABEL, "bbox": [[left, top, right, bottom], …]}`, in
shares of the picture's width and height. Source: Chen et al., "Localizing Visual Sounds the Hard
Way", arXiv 2104.02691; hche11/Localizing-Visual-Sounds-the-Hard-Way, metadata/vggss.json.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from sfbench import store
from sfbench.curation.vggsound.names import id_of
from sfbench.errors import SfbenchError

NAME = "vggss.json"

Box = tuple[float, float, float, float]  # left, top, right, bottom; shares of the picture

_PUBLISHED = "ae300b4a259267e6fe839970d495862edd70bfe3da63d925bcdb34054ed3b15e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """A file of boxes.

    Attributes:
        path: The file.
        name: `vggss.json` if it is the published file, else `unpublished`.
        sha256: Hash of its bytes.
        clips: Number of clips that it says something of.
    """

    path: Path
    name: str
    sha256: str
    clips: int

    def __str__(self) -> str:
        which = self.name if self.name == NAME else f"{self.path.name} (not as published)"
        return f"boxes {which}: {self.clips} clips, sha256 {self.sha256[:12]}"

    @property
    def listed(self) -> dict[str, Any]:
        """What `dataset.json` says of it."""
        about = {"name": self.name, "file": self.path.name}
        return {**about, "sha256": self.sha256, "clips": self.clips}


class _Entry(msgspec.Struct, frozen=True):
    file: str
    bbox: list[Box]


def open_boxes(path: Path) -> Boxes:
    """Return what is known of a file of boxes in the published layout.

    Raises:
        SfbenchError: The file cannot be read, has another layout, or names a file that is no clip.
    """
    data = _bytes(path)
    sha256 = store.sha256_bytes(data)
    name = NAME if sha256 == _PUBLISHED else "unpublished"
    return Boxes(path=path, name=name, sha256=sha256, clips=len(_areas(path, data)))


def read_areas(path: Path) -> dict[str, float]:
    """Return by clip id the share of the picture that its boxes cover, above 0 to 1.

    Clips whose boxes are all slips of the hand are left out.

    Raises:
        SfbenchError: As `open_boxes`.
    """
    return _areas(path, _bytes(path))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SfbenchError(f"the boxes {path} cannot be read: {error.strerror}") from None


def _areas(path: Path, data: bytes) -> dict[str, float]:
    try:
        entries = msgspec.json.decode(data, type=list[_Entry])
    except msgspec.MsgspecError as error:
        raise SfbenchError(f"{path} holds no boxes as VGG-SS has them: {error}") from None
    wrong = [entry.file for entry in entries if id_of(entry.file) is None]
    if wrong:
        raise SfbenchError(f"{path}: {wrong[0]!r} is no clip of VGGSound")
    areas = {str(id_of(entry.file)): covered(entry.bbox) for entry in entries}
    return {key: area for key, area in areas.items() if area > 0}


def covered(boxes: Sequence[Box]) -> float:
    """Return the share of the picture that boxes cover together, 0 to 1.

    What lies outside of the picture does not count, nor does a box that ends before it begins: the
    published file has some, with corners of -3e16.

    >>> covered([(0.0, 0.0, 0.5, 0.5), (0.25, 0.25, 0.75, 0.75)])
    0.4375
    >>> covered([(0.5, 0.5, -3e16, 0.75)])
    0.0
    """
    inside = [tuple(min(max(edge, 0.0), 1.0) for edge in box) for box in boxes]
    columns = pairwise(sorted({edge for box in inside for edge in box[::2]}))
    rows = list(pairwise(sorted({edge for box in inside for edge in box[1::2]})))
    return float(
        sum(
            (right - left) * (bottom - top)
            for left, right in columns
            for top, bottom in rows
            if any(
                box[0] <= left and right <= box[2] and box[1] <= top and bottom <= box[3]
                for box in inside
            )
        )
    )
