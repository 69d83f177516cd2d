"""VGGSounder: what people saw and heard in VGGSound's test clips (package `vggsounder`)."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from sfbench.curation.labels import FATES, read_labels
from sfbench.curation.vggsound.names import id_of
from sfbench.errors import SfbenchError

TABLE = "vggsounder+background-music.csv"
"""The package's whole table; `vggsounder.csv` leaves out clips with background music."""

COLUMNS = ("video_id", "label", "modality", "background_music", "static_image", "voice_over")
_MODALITIES = ("AV", "A", "V")


@dataclass(frozen=True, slots=True)
class Tags:
    """What people say of one test clip.

    Attributes:
        id: The clip's key.
        modalities: For every label that is there, `A` (heard), `V` (seen) or `AV`.
        background_music: Music plays over the scene.
        static_image: The picture stands still.
        voice_over: Somebody speaks who is not in the scene.
        label: The label that stands for the clip where the source names no other: the one whose
            fate is most wanted, among those the one that is best perceived.
    """

    id: str
    modalities: dict[str, str]
    background_music: bool
    static_image: bool
    voice_over: bool
    label: str

    def audible(self, labels: Iterable[str]) -> bool:
        """Say whether any of the labels is heard."""
        return any("A" in self.modalities.get(label, "") for label in labels)

    def visible(self, labels: Iterable[str]) -> bool:
        """Say whether the source of any of the labels is seen."""
        return any("V" in self.modalities.get(label, "") for label in labels)


def is_vggsounder(header: str) -> bool:
    """Say whether a table with this first line is one of VGGSounder's."""
    return tuple(header.strip().split(",")) == COLUMNS


def is_table(path: Path) -> bool:
    """Say whether a file is one of VGGSounder's tables."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return is_vggsounder(file.readline(1000))


def installed_table() -> Path | None:
    """Return the table inside the installed package, without importing it; None without one."""
    spec = find_spec("vggsounder")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "data" / TABLE
        if path.is_file():
            return path
    return None


def installed_version() -> str:
    """Return the version of the installed package, or `unknown`."""
    try:
        return version("vggsounder")
    except PackageNotFoundError:
        return "unknown"


def read_tags(path: Path) -> dict[str, Tags]:
    """Return the tags of every clip of a table, by clip id, in the table's order.

    Raises:
        SfbenchError: The file cannot be read, or is no table of VGGSounder.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SfbenchError(f"{path} cannot be read: {error}") from None
    clips: dict[str, list[dict[str, str]]] = {}
    for number, row in enumerate(rows, start=2):
        if row.get("modality") not in _MODALITIES or id_of(row["video_id"]) != row["video_id"]:
            raise SfbenchError(f"{path}, line {number} is no line of VGGSounder")
        clips.setdefault(row["video_id"], []).append(row)
    fates = {row.label: FATES.index(row.fate) for row in read_labels("vggsound")}
    return {key: _tags(key, members, fates) for key, members in clips.items()}


def _tags(key: str, rows: list[dict[str, str]], fates: dict[str, int]) -> Tags:
    modalities = {row["label"]: row["modality"] for row in rows}
    music, static, voice = (rows[0][column] == "True" for column in COLUMNS[3:])

    def rank(label: str) -> tuple[int, int, str]:
        fate = fates.get(label, len(FATES))
        return fate, _MODALITIES.index(modalities[label]), label

    return Tags(key, modalities, music, static, voice, min(modalities, key=rank))
