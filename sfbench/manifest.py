"""The ordered clips of a dataset folder."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import SfbenchError

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """The clips of a dataset folder, sorted by id.

    Attributes:
        folder: The dataset folder.
        name: The dataset's name.
        clips: All kept clips of all splits.
    """

    folder: Path
    name: str
    clips: tuple[Clip, ...]

    @property
    def sha256(self) -> str:
        """Hash of the manifest's canonical bytes: same clips, same hash."""
        return store.sha256_bytes(store.to_lines(self.clips))

    def split(self, name: str) -> tuple[Clip, ...]:
        """Return the clips of one split.

        Raises:
            SfbenchError: The split is empty; the message lists those that are not.
        """
        chosen = tuple(clip for clip in self.clips if clip.split == name)
        if not chosen:
            splits = ", ".join(sorted({clip.split for clip in self.clips})) or "none"
            raise SfbenchError(f"{self.folder} has no clips in split {name!r}; it has {splits}")
        return chosen

    def path(self, relative: str) -> Path:
        """Return a file of the dataset folder.

        Raises:
            SfbenchError: The path leaves the folder.
        """
        path = (self.folder / relative).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise SfbenchError(f"{self.folder}/manifest.jsonl names {relative!r}, outside itself")
        return path


class _Dataset(msgspec.Struct):
    format: int
    name: str
    manifest_sha256: str


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a dataset folder.

    Raises:
        SfbenchError: The folder holds no finished dataset, or its manifest was changed.
    """
    if not (folder / "dataset.json").is_file():
        raise SfbenchError(
            f"{folder} holds no finished dataset; make one: sfbench curate --out {folder}"
        )
    try:
        about = msgspec.json.decode((folder / "dataset.json").read_bytes(), type=_Dataset)
    except msgspec.MsgspecError as error:
        raise SfbenchError(f"{folder}/dataset.json is damaged: {error}") from None
    if about.format != FORMAT:
        raise SfbenchError(f"{folder} has format {about.format}, this sfbench reads {FORMAT}")
    clips = store.read_lines(folder / "manifest.jsonl", Clip)
    manifest = Manifest(folder, about.name, tuple(clips))
    if manifest.sha256 != about.manifest_sha256:
        raise SfbenchError(
            f"{folder}/manifest.jsonl is not the one that dataset.json names; "
            "it was changed or damaged: curate again"
        )
    return manifest
