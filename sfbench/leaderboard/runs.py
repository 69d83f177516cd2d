"""Finds run folders and reads what they hold: takes, and the results of one or more protocols."""

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
    """One run folder, measured by one protocol.

    Attributes:
        folder: Where its takes are.
        scores: Where its result is: a folder of the protocol's own, or the run folder.
        result: Its scores.
        clips: Its scores by clip; empty when it has none.
        takes: Its takes by clip id; empty when it has none.
        dataset: The dataset it was made for, or None when that is not there (any more).
        absent: Why there is no dataset, or empty.
    """

    folder: Path
    scores: Path
    result: Result
    clips: tuple[ClipScores, ...] = ()
    takes: dict[str, Take]
    dataset: Manifest | None = None
    absent: str = ""


def read_runs(folders: Sequence[Path]) -> tuple[Run, ...]:
    """Return every run below the folders, by model, revision and protocol.

    A run folder holds one result per protocol in `scores/<protocol>/`. The result beside its takes
    counts only when none of those is of the same protocol: it is a copy of the latest otherwise.

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
    runs = _without_copies([_read_run(scores) for scores in sorted(found)])
    return tuple(sorted(runs, key=_place))


def _place(run: Run) -> tuple[str, ...]:
    protocol = run.result.protocol
    return run.result.model, run.result.revision, protocol.name, protocol.sha256


def _without_copies(runs: Sequence[Run]) -> list[Run]:
    """Return the runs without those beside the takes that a folder of scores holds as well."""
    own = {(run.folder, run.result.protocol) for run in runs if run.scores != run.folder}
    return [
        run
        for run in runs
        if run.scores != run.folder or (run.folder, run.result.protocol) not in own
    ]


def _read_run(scores: Path) -> Run:
    folder, result = _run_folder(scores), read_result(scores / "result.json")
    dataset, absent = _dataset(folder, result)
    return Run(
        folder=folder,
        scores=scores,
        result=result,
        clips=tuple(read_clip_scores(scores / "clips.jsonl")),
        takes={take.id: take for take in _takes(folder / "takes.jsonl")},
        dataset=dataset,
        absent=absent,
    )


def _run_folder(scores: Path) -> Path:
    """Return the folder that holds the takes behind a result: two up from `scores/<protocol>`."""
    above = scores.parent.parent
    has_takes = (above / "takes.jsonl").is_file() or (above / "run.json").is_file()
    return above if scores.parent.name == "scores" and has_takes else scores


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
