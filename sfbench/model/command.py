"""A model that has an environment of its own: a command that is given clips and leaves sounds."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import ClipError, Reason, SfbenchError
from sfbench.executor import Stage
from sfbench.manifest import Manifest
from sfbench.media.mute import mute
from sfbench.media.read import NATIVE, read_media
from sfbench.model.command_settings import Settings, Span, command_settings, filled, write_list
from sfbench.model.spawn import Ended, spawn
from sfbench.take import Sound

_STEP = "generate"
_SHARD = 1000  # clips of one call, if --batch does not say
Row = dict[str, str]  # what the command is told of a clip

_UNCHECKED = "An outside command made the takes; what it is made of was not checked."


@dataclass(frozen=True, slots=True)
class Command:
    """Answers with the sounds that an outside command writes.

    Attributes:
        manifest: The clips.
        settings: What is run.
        place: The run folder, for logs and what is not finished.
    """

    manifest: Manifest
    settings: Settings
    place: Path = Path()
    kind: Literal["network"] = "network"
    look: None = None

    @property
    def batch(self) -> int:
        """Clips of one call, if `--batch` does not say."""
        return 1 if self.settings.mode == "clip" else _SHARD

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the reader of its results."""
        return () if self.settings.files else (_UNCHECKED,)

    def in_folder(self, folder: Path) -> "Command":
        """Return it with its logs in a run folder."""
        return replace(self, place=folder)

    def contents(self) -> dict[str, str]:
        """Return the hashes of the files that its settings name.

        Raises:
            SfbenchError: One is missing.
        """
        missing = [name for name in self.settings.files if not Path(name).is_file()]
        if missing:
            raise SfbenchError(f"there is no {', '.join(missing)}; mend `files` in the config")
        files = [Path(name) for name in self.settings.files]
        short = len({file.name for file in files}) == len(files)
        return {file.name if short else str(file): store.sha256_file(file) for file in files}

    def perform(
        self, clips: Sequence[Clip], looks: Sequence[Any], seeds: Sequence[int]
    ) -> list[Sound | Reason]:
        """Return for each clip the sound that the command left for it, or why it left none."""
        chunks = [[one] for one in zip(clips, seeds, strict=True)]
        if self.settings.mode == "shard":
            chunks = [[pair for chunk in chunks for pair in chunk]]
        return [answer for chunk in chunks for answer in self._call(chunk)]

    def _call(self, pairs: Sequence[tuple[Clip, int]]) -> list[Sound | Reason]:
        """Run the command once; return what it left for each clip."""
        work = self.place.resolve() / "work" / pairs[0][0].id
        shutil.rmtree(work, ignore_errors=True)
        (work / "out").mkdir(parents=True)
        rows: dict[str, Row] = {}
        refused: dict[str, Sound | Reason] = {}
        try:
            for clip, seed in pairs:
                try:
                    rows[clip.id] = self._row(clip, seed, work)
                except ClipError as error:
                    refused[clip.id] = error.reason
            made = dict(zip(rows, self._run([*rows.values()], work), strict=True)) | refused
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return [made[clip.id] for clip, _ in pairs]

    def _run(self, rows: Sequence[Row], work: Path) -> Iterator[Sound | Reason]:
        if not rows:
            return
        log = self.place / "logs" / f"{work.name}.log"
        ended = spawn(
            self._arguments(rows, work),
            log,
            seconds=self.settings.time_limit * len(rows),
            folder=Path(self.settings.folder).expanduser(),
            variables=self.settings.environment,
        )
        whole = ended.code == 0 or self.settings.mode == "shard"
        found = _files(work / "out", self.settings.output) if whole else []
        alone = self.settings.mode == "clip"
        paths = [_left(Path(row["out"]), found, alone=alone) for row in rows]
        yield from _sounds(paths, _lack(ended, self.settings, log), self.settings.span)

    def _row(self, clip: Clip, seed: int, work: Path) -> Row:
        """Return what the command is told of a clip; its video is copied without its sound.

        Raises:
            ClipError: The video cannot be read, or ends before the span begins.
        """
        start, end = self.settings.span or (0.0, clip.seconds)
        if start >= clip.seconds:
            raise ClipError(Reason(_STEP, "too-short", f"the clip ends before {start:g} s"))
        video = self.manifest.path(clip.video)
        silent = work / "video" / f"{clip.id}{video.suffix.lower()}"
        mute(video, silent)
        return {
            "id": clip.id,
            "video": str(silent),
            "prompt": (clip.label or "") if self.settings.prompt == "label" else "",
            "seed": str(seed),
            "duration": f"{round(min(end, clip.seconds) - start, 3):g}",
            "out": str(work / "out" / f"{clip.id}{self.settings.output}"),
        }

    def _arguments(self, rows: Sequence[dict[str, str]], work: Path) -> list[str]:
        known = {"out_dir": str(work / "out")}
        if self.settings.mode == "shard":
            known["list"] = str(write_list(rows, self.settings, work))
        else:
            known |= {key: value for key, value in rows[0].items() if key != "id"}
        return [filled(argument, known) for argument in self.settings.command]


def open_command(manifest: Manifest, settings: Mapping[str, Any]) -> Command:
    """Return the generator `command`.

    Raises:
        SfbenchError: A setting cannot be used, or a placeholder means nothing.
    """
    return Command(manifest, command_settings(settings))


def _lack(ended: Ended, settings: Settings, log: Path) -> Reason:
    """Return why a clip has no sound, if it has none; mended, the same command makes it again."""
    told = f"; {ended.tail}" if ended.tail else ""
    code, detail = "no-output", f"the command ended well and left no {settings.output} of its own"
    if ended.code is None:
        code, detail = "time-out", f"the command took over {settings.time_limit:g} s a clip"
    elif ended.code:
        code, detail = "exit-code", f"the command ended with exit code {ended.code}"
    return Reason(_STEP, code, f"{detail} (logs/{log.name}){told}", retryable=True)


def _files(folder: Path, suffix: str) -> list[Path]:
    """Return the files of a suffix below a folder, no links and nothing that lies elsewhere."""
    root = folder.resolve()
    return [
        path
        for path in sorted(root.rglob(f"*{suffix}"))
        if path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(root)
    ]


def _left(exact: Path, found: Sequence[Path], *, alone: bool) -> Path | None:
    """Return the file that was left for a clip, or None.

    That is `{out}`, or the one file of its name below `{out_dir}`; where the command was run for
    one clip alone also the one file that is there, for programs that choose the name themselves.
    """
    named = [path for path in found if path.name == exact.name]
    if exact in named:
        return exact
    likely = named or (found if alone else [])
    return likely[0] if len(likely) == 1 else None


def _sounds(
    paths: Sequence[Path | None], lack: Reason, span: Span | None
) -> Iterator[Sound | Reason]:
    """Yield the sound of each file, read by a worker, or why there is none."""
    there = [path for path in paths if path is not None]
    outcomes = iter(Stage(_STEP, partial(_read, span)).run(there, workers=1) if there else ())
    for path in paths:
        if path is None:
            yield lack
            continue
        outcome = next(outcomes)
        yield outcome.value if outcome.value is not None else outcome.reason or lack


def _read(span: Span | None, path: Path) -> Sound:
    media = read_media(path, rates=(NATIVE,))
    samples, rate = media.sound[NATIVE], media.sample_rate
    start, end = span or (0.0, len(samples) / rate)
    return Sound(samples[: round((end - start) * rate)], rate, start)
