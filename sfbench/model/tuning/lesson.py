"""Clips to learn from, what sounds in them, and when.

They are of a dataset folder, of AudioSet-strong, or of a simulated world that is never written.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest, read_manifest
from sfbench.model.recordings import Drawn, Files, Recordings
from sfbench.model.training.drawn import Arrays, draw_world
from sfbench.model.training.spans import Span, spans_array, spans_of
from sfbench.progress import Watch, quiet
from sfbench.simulated.scene import SECONDS, Scene
from sfbench.simulated.shares import GROUPS
from sfbench.simulated.sound import hear
from sfbench.simulated.truth import audible
from sfbench.simulated.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A clip to learn from.

    Attributes:
        clip: The clip.
        text: What sounds in it, in words; empty where nothing does.
        spans: When that sounds; None where nobody says.
    """

    clip: Clip
    text: str
    spans: tuple[Span, ...] | None


@dataclass(frozen=True, slots=True)
class Lessons:
    """Clips to learn from, and where their sounds and pictures come from."""

    recordings: Recordings
    rows: tuple[Lesson, ...]

    @property
    def sha256(self) -> str:
        """Hash of all that is told of the clips, and of their media."""
        return store.fingerprint([[one.clip.sha256, one.text, one.spans] for one in self.rows])


class _Truth(msgspec.Struct):
    """What is read of a truth file."""

    label_heard: str | None
    audible: list[Span]


def of_dataset(folder: Path, split: str) -> Lessons:
    """Return the clips of a dataset folder.

    A truth file says what sounds and when; without one it is the clip's label, by the runs that
    grounding heard, if curation asked it.

    Args:
        folder: The dataset folder.
        split: A split, or `all`.

    Raises:
        SfbenchError: The folder holds no dataset, or none of the split.
    """
    manifest = read_manifest(folder)
    clips = manifest.clips if split == "all" else manifest.split(split)
    return Lessons(Files(folder), tuple(_of_clip(manifest, clip) for clip in clips))


def _of_clip(manifest: Manifest, clip: Clip) -> Lesson:
    if clip.truth is None:
        runs = _runs(clip.evidence.get("grounding"))
        return Lesson(clip=clip, text=clip.label or "", spans=runs)
    truth = msgspec.json.decode(manifest.path(clip.truth).read_bytes(), type=_Truth)
    spans = tuple(truth.audible) if truth.label_heard else ()
    return Lesson(clip=clip, text=truth.label_heard or "", spans=spans)


def _runs(grounding: Any) -> tuple[Span, ...] | None:
    runs = grounding.get("runs") if isinstance(grounding, dict) else None
    return None if runs is None else tuple((float(begin), float(end)) for begin, end in runs)


def of_world(world: World, count: int, watch: Watch = quiet) -> Lessons:
    """Return the first good clips of a simulated world: what is shown in them is heard.

    Args:
        world: The world.
        count: How many.
        watch: Shows progress.
    """
    drawn = Drawn(world)
    scenes = -(-count * sum(GROUPS.values()) // GROUPS["good"])
    parts = draw_world(world, scenes, _told, "told|1", watch)
    told = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    places = np.flatnonzero(told["good"])[:count].tolist()
    return Lessons(drawn, tuple(_of_scene(drawn, told, place) for place in places))


def _told(scene: Scene) -> Arrays:
    """Return what lessons need to know of a scene."""
    return {
        "id": np.array([scene.id]),
        "label": np.array([scene.label]),
        "good": np.array([scene.group == "good"]),
        "spans": spans_array(audible(hear(scene)) if scene.heard else [])[None],
    }


def _of_scene(drawn: Drawn, told: Arrays, place: int) -> Lesson:
    label = str(told["label"][place])
    clip = Clip(
        id=str(told["id"][place]),
        label=label,
        split="train",
        video=str(place),
        sha256=drawn.identity(place),
        seconds=SECONDS,
    )
    return Lesson(clip=clip, text=label, spans=spans_of(told["spans"][place]))


def of_audioset_strong(table: Path, media: Path, names: Path) -> Lessons:
    """Return the segments of AudioSet-strong whose media are there.

    The text is the names of the events, joined by commas, as FoleyCrafter's temporal adapter was
    trained; it sounds where any event does. Source: Hershey et al., arXiv 2105.07031; Zhang et al.,
    arXiv 2407.01494.

    Args:
        table: `segment_id`, `start_time_seconds`, `end_time_seconds`, `label` in tab-separated
            columns, with a header.
        media: Folder of `<segment id>.<suffix>`, each from the segment's start on.
        names: Label and name in tab-separated columns, without a header.

    Raises:
        SfbenchError: A table cannot be read, or no segment has media.
    """
    said = dict(row[:2] for row in _rows(names, 2))
    events: dict[str, list[tuple[float, float, str]]] = {}
    for segment, begin, end, label in _rows(table, 4, header=True):
        events.setdefault(segment, []).append((_number(table, begin), _number(table, end), label))
    files = {path.stem: path for path in sorted(media.glob("*.*")) if path.is_file()}
    lessons = [
        _of_events(files[segment], told, said)
        for segment, told in sorted(events.items())
        if segment in files
    ]
    if not lessons:
        raise SfbenchError(
            f"{media} holds no file called by a segment of {table}, as {segment}.wav"
        )
    return Lessons(Files(media), tuple(lessons))


def _of_events(path: Path, events: list[tuple[float, float, str]], said: dict[str, str]) -> Lesson:
    clip = Clip(
        id=path.stem,
        label=None,
        split="train",
        video=path.name,
        sha256=store.sha256_file(path),
        seconds=10.0,
    )
    names = dict.fromkeys(said.get(label, label) for _, _, label in events)
    spans = tuple((begin, end) for begin, end, _ in sorted(events))
    return Lesson(clip=clip, text=", ".join(names), spans=spans)


def _rows(table: Path, columns: int, *, header: bool = False) -> Iterator[list[str]]:
    try:
        lines = table.read_text().splitlines()[header:]
    except (OSError, UnicodeDecodeError) as error:
        raise SfbenchError(f"{table} cannot be read: {error}") from None
    for number, line in enumerate(lines, start=1 + header):
        row = line.split("\t")
        if len(row) < columns:
            raise SfbenchError(f"{table}, line {number} has no {columns} columns")
        yield row


def _number(table: Path, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SfbenchError(f"{table} has {text!r} where a time should be") from None


def is_checked(lesson: Lesson, share: float) -> bool:
    """Say whether a clip is kept apart; all clips of one recording are, or none of them."""
    recording = lesson.clip.id.rpartition("_")[0] or lesson.clip.id
    return zlib.crc32(recording.encode()) / 2**32 < share
