"""One clip of the page: its video and every system's sound, picture, strip and scores."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sfbench.clip import Clip
from sfbench.errors import SfbenchError
from sfbench.leaderboard.board import CEILING
from sfbench.leaderboard.page.embed import Embedded, Job, Track
from sfbench.leaderboard.page.strip import Segment, strip
from sfbench.leaderboard.runs import Run
from sfbench.leaderboard.wording import number
from sfbench.manifest import Manifest
from sfbench.result import ClipScores, ProtocolRef

_SECONDS = 10.0  # length of a clip that nobody knows the length of


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipMetric:
    """A metric that is known by clip; the arrow is empty when its direction is not known."""

    name: str
    protocol: ProtocolRef
    arrow: str
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a lane comes from: a system's takes, or the video's own sound when `run` is None.

    Attributes:
        run: One of the runs of those takes; they differ by protocol.
        scores: The scores by clip id, for every protocol.
    """

    run: Run | None
    scores: dict[ProtocolRef, dict[str, ClipScores]]

    @property
    def original(self) -> bool:
        """Whether it is the video's own sound."""
        return self.run is None or self.run.result.model == CEILING

    def of(self, identity: str) -> list[ClipScores]:
        """What is known of one clip, protocol by protocol."""
        return [clips[identity] for clips in self.scores.values() if identity in clips]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A figure that `explain` drew, as a data URI, and what is to be seen."""

    picture: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenes:
    """What the panels of one gallery are made from.

    Attributes:
        sources: The lanes of every panel, the original first.
        metrics: The metrics that any of them has by clip.
        dataset: The dataset, or None when it is not there.
        clips: Its clips by id; empty without a dataset.
        plates: What was drawn of a clip by `explain`, by its id.
    """

    sources: tuple[Source, ...]
    metrics: tuple[ClipMetric, ...]
    dataset: Manifest | None
    clips: dict[str, Clip]
    plates: dict[str, tuple[Plate, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One sound of a panel.

    Attributes:
        name: The system, or `original`.
        revision: The system's revision, or empty.
        original: Whether it is the video's own sound.
        strip: The coverage strip, or None without evidence.
        values: A text and a reason for each of the gallery's metrics.
    """

    name: str
    revision: str
    original: bool
    strip: list[Segment] | None
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One clip with all its sounds; `hard` when it was chosen because systems do badly on it."""

    id: str
    label: str
    seconds: float
    hard: bool
    lanes: tuple[Lane, ...]
    media: Embedded
    plates: tuple[Plate, ...] = ()


def job(scenes: Scenes, identity: str) -> Job:
    """Return the media of one clip that the page should hold."""
    video, no_video = _video(scenes, identity)
    return Job(
        seconds=_seconds(scenes, identity),
        video=video,
        no_video=no_video,
        tracks=tuple(_track(source, identity, video) for source in scenes.sources),
    )


def panel(scenes: Scenes, identity: str, hard: bool, media: Embedded) -> Panel:
    """Return the panel of one clip, whose lanes stand in the order of the media's tracks."""
    seconds = _seconds(scenes, identity)
    clip = scenes.clips.get(identity)
    known = [scores.label for source in scenes.sources for scores in source.of(identity)]
    return Panel(
        id=identity,
        label=(clip.label if clip else next(filter(None, known), None)) or identity,
        seconds=seconds,
        hard=hard,
        lanes=tuple(_lane(scenes, source, identity, seconds) for source in scenes.sources),
        media=media,
        plates=scenes.plates.get(identity, ()),
    )


def _video(scenes: Scenes, identity: str) -> tuple[Path | None, str]:
    """Return the clip's video; or None, and why."""
    clip = scenes.clips.get(identity)
    if scenes.dataset is None or clip is None:
        return None, "the dataset is not there" if scenes.dataset is None else "not in the dataset"
    try:
        return scenes.dataset.path(clip.video), ""
    except SfbenchError as error:
        return None, str(error)


def _track(source: Source, identity: str, video: Path | None) -> Track:
    if source.run is None:
        return Track(audio=video, absent="the video is not there")
    take = source.run.takes.get(identity)
    if take is None:
        return Track(audio=None, absent="there is no take")
    if take.audio is None:
        return Track(audio=None, absent=str(take.reason or "the take failed"))
    path = (source.run.folder / take.audio).resolve()
    if not path.is_relative_to(source.run.folder.resolve()):
        return Track(audio=None, absent="the take lies outside its run folder")
    return Track(audio=path, span=take.span, sample_rate=take.sample_rate)


def _seconds(scenes: Scenes, identity: str) -> float:
    """Return the clip's length, or without a dataset the end of its last take."""
    if identity in scenes.clips:
        return scenes.clips[identity].seconds
    runs = [source.run for source in scenes.sources if source.run is not None]
    ends = [run.takes[identity].span[1] for run in runs if identity in run.takes]
    return max(ends, default=0.0) or _SECONDS


def _lane(scenes: Scenes, source: Source, identity: str, seconds: float) -> Lane:
    return Lane(
        name=source.run.result.model if source.run else "original",
        revision=source.run.result.revision if source.run else "",
        original=source.original,
        strip=_strip(source.of(identity), seconds),
        values=tuple(_value(source, identity, metric) for metric in scenes.metrics),
    )


def _strip(known: Iterable[ClipScores], seconds: float) -> list[Segment] | None:
    """Return the strip of the first protocol that has what it takes, or None."""
    for scores in known:
        if "active" in scores.evidence and "expected" in scores.evidence:
            return strip(scores.evidence["active"], scores.evidence["expected"], seconds)
    return None


def _value(source: Source, identity: str, metric: ClipMetric) -> tuple[str, str]:
    scores = source.scores.get(metric.protocol, {}).get(identity)
    measure = scores.metrics.get(metric.name) if scores else None
    if measure is None:
        return number(None, 0), "not measured"
    reason = measure.reason or ("" if measure.value is not None else "no reason was given")
    return number(measure.value, metric.decimals), reason
