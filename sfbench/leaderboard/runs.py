"""Finds run folders and reads what they hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest, read_manifest
from sfbench.result import ClipScores, Result, read_clip_scores, read_result
from sfbench.take import Take

_HOW = "sfbench run --model reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run folder.

    Attributes:
        folder: Where it is.
        result: Its scores.
        clips: Its scores by clip; empty when it has none.
        takes: Its takes by clip id; empty when it has none.
        dataset: The dataset it was made for, or None when that is not there (any more).
        absent: Why there is no dataset, or empty.
    """

    folder: Path
    result: Result
    clips: tuple[ClipScores, ...] = ()
    takes: dict[str, Take]
    dataset: Manifest | None = None
    absent: str = ""


def read_runs(folders: Sequence[Path]) -> tuple[Run, ...]:
    """Return every run below the folders, by model and revision.

    Raises:
        SfbenchError: A folder is missing, none holds a result, or a result is damaged.
    """
    for folder in folders:
        if not folder.is_dir():
            raise SfbenchError(f"there is no folder {folder}; make one: {_HOW}")
    found = {path.parent.resolve() for folder in folders for path in folder.rglob("result.json")}
    if not found:
        listed = ", ".join(map(str, folders)) or "no folder"
        raise SfbenchError(f"no result.json in {listed}; make one: {_HOW}")
    runs = [_read_run(folder) for folder in sorted(found)]
    return tuple(sorted(runs, key=lambda run: (run.result.model, run.result.revision)))


def _read_run(folder: Path) -> Run:
    result = read_result(folder / "result.json")
    dataset, absent = _dataset(folder, result)
    return Run(
        folder=folder,
        result=result,
        clips=tuple(read_clip_scores(folder / "clips.jsonl")),
        takes={take.id: take for take in _takes(folder / "takes.jsonl")},
        dataset=dataset,
        absent=absent,
    )


def _takes(path: Path) -> Iterable[Take]:
    return store.read_lines(path, Take) if path.is_file() else ()


def _dataset(folder: Path, result: Result) -> tuple[Manifest | None, str]:
    """Return the dataset that `run.json` names, or why it cannot be shown."""
    named = _dataset_folder(folder / "run.json")
    if named is None:
        return None, "run.json does not say where the dataset lies"
    try:
        manifest = read_manifest(folder / named)
    except (SfbenchError, OSError) as error:
        return None, f"the dataset cannot be read: {error}"
    if manifest.sha256 != result.dataset.manifest_sha256:
        return None, f"the dataset in {named} is not the one that was measured"
    return manifest, ""


def _dataset_folder(path: Path) -> str | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Asked).dataset.folder
    except (OSError, msgspec.MsgspecError):
        return None


class _Dataset(msgspec.Struct):
    folder: str


class _Asked(msgspec.Struct):
    """The part of `run.json` that says where the clips lie."""

    dataset: _Dataset
