"""What `sfbench explain` leaves beside the runs, and finds there again for the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sfbench import store
from sfbench.clip import slug
from sfbench.leaderboard.runs import Run
from sfbench.manifest import Manifest

FORMAT = 1
FOLDER = "explain"
CONDITION, SOUNDS = "condition.png", "sounds.png"

_ABOUT = "explain.json"
_LARGEST = 4_000_000  # bytes of a figure that a page takes in


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One figure of a clip.

    Attributes:
        file: Its name in the clip's folder: `condition.png` or `sounds.png`.
        caption: What is to be seen.
    """

    file: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What was drawn of one clip; the file `explain.json`.

    Attributes:
        clip: The clip's id.
        manifest_sha256: Hash of the manifest that it is from.
        systems: The systems that were drawn, `model@revision`.
        drawings: The figures.
        notes: Sentences on what was left out, and why.
    """

    format: int = FORMAT
    clip: str
    manifest_sha256: str
    systems: tuple[str, ...]
    drawings: tuple[Drawing, ...]
    notes: tuple[str, ...] = ()


def clip_folder(runs: Path, manifest: Manifest, clip: str) -> Path:
    """Return where the figures of a clip are kept."""
    return runs / FOLDER / slug(manifest.name) / clip


def keep(folder: Path, explained: Explained) -> None:
    """Write what the figures in a folder are."""
    store.write_json(folder / _ABOUT, explained)


def find_explained(runs: Iterable[Run], manifest: Manifest) -> dict[str, tuple[Path, Explained]]:
    """Return what was drawn of a dataset's clips, with its folder, by clip.

    Only figures count whose systems are all among the runs, at the same revision. A file that is
    damaged, or of another format, is as good as none: the page is complete without it.
    """
    shown = list(runs)
    systems = {run.result.system for run in shown}
    found = {}
    for root in sorted({run.folder.parent.parent for run in shown}):
        for path in sorted(root.glob(f"{FOLDER}/{slug(manifest.name)}/*/{_ABOUT}")):
            about = _read(path)
            if (
                about is not None
                and about.manifest_sha256 == manifest.sha256
                and systems.issuperset(about.systems)
            ):
                found[about.clip] = (path.parent, about)
    return found


def figure_bytes(folder: Path, drawing: Drawing) -> bytes | None:
    """Return a figure's PNG; None when it is gone, too large, or none of ours."""
    path = folder / drawing.file
    known = drawing.file in (CONDITION, SOUNDS) and path.is_file()
    if not known or path.stat().st_size > _LARGEST:
        return None
    data = path.read_bytes()
    return data if data.startswith(b"\x89PNG\r\n\x1a\n") else None


def _read(path: Path) -> Explained | None:
    try:
        about = msgspec.json.decode(path.read_bytes(), type=Explained)
    except (OSError, msgspec.MsgspecError):
        return None
    return about if about.format == FORMAT else None
