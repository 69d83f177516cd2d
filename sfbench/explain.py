"""One clip, looked into: when systems are told that it sounds, and what they make of it.

Figures 1 and 4 of Zhang et al., arXiv 2412.18157, for any clip and any systems.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sfbench.clip import Clip
from sfbench.errors import Reason, SfbenchError
from sfbench.eval.listen import heard_times
from sfbench.eval.metrics.envelope import envelope_correlation
from sfbench.eval.metrics.pitch import pitches
from sfbench.executor import Stage
from sfbench.figure import blank
from sfbench.leaderboard.explained import (
    CONDITION,
    SOUNDS,
    Drawing,
    Explained,
    clip_folder,
    keep,
)
from sfbench.leaderboard.figures.condition import Film, Spans, Told, draw_condition
from sfbench.leaderboard.figures.sounds import Voice, draw_sounds
from sfbench.leaderboard.page.embed import placed
from sfbench.manifest import Manifest
from sfbench.media.level import RATE, levels
from sfbench.media.read import Media, read_media
from sfbench.model.config import GeneratorConfig
from sfbench.model.generate import generate
from sfbench.model.timing import Timing, timing_of
from sfbench.progress import Watch, quiet
from sfbench.take import Take

_HEIGHT = 180  # pixels of a picture
_TRUE = "true sound"
_COMPARED = 10.0  # seconds that protocols compare


@dataclass(frozen=True, slots=True)
class Looked:
    """What one system was told of a clip and made of it."""

    system: str
    title: str
    folder: Path
    take: Take
    timing: Timing | Reason


def explain(
    manifest: Manifest,
    configs: Sequence[GeneratorConfig],
    identity: str,
    runs: Path,
    *,
    seed: int = 0,
    device: str = "auto",
    watch: Watch = quiet,
) -> tuple[Path, Explained]:
    """Draw a clip; return the folder of the figures, and what they show.

    Takes that are in the run folders already are not made again.

    Args:
        manifest: The clips.
        configs: The systems.
        identity: The clip's id.
        runs: Folder of run folders; the figures go to `explain/<dataset>/<clip>` in it.
        seed: Seed of the runs.
        device: Where networks run.
        watch: Shows progress.

    Raises:
        SfbenchError: There is no such clip, its media cannot be read, a system cannot be set up, or
            matplotlib is not installed.
    """
    blank(1, 1)
    clip = _find(manifest, identity)
    looked = [_look(manifest, config, clip, runs, seed, device, watch) for config in configs]
    media = _read(manifest, clip)
    truth = _truth(manifest, clip)
    folder = clip_folder(runs, manifest, clip.id)
    title = f"{clip.label or 'no label'}  ({clip.id})"
    drawings = [
        *_draw_told(folder / CONDITION, title, looked, media, clip, truth),
        _draw_made(folder / SOUNDS, title, looked, media, clip, truth),
    ]
    explained = Explained(
        clip=clip.id,
        manifest_sha256=manifest.sha256,
        systems=tuple(one.system for one in looked),
        drawings=tuple(drawings),
        notes=tuple(_left_out(looked)),
    )
    keep(folder, explained)
    return folder, explained


def _find(manifest: Manifest, identity: str) -> Clip:
    for clip in manifest.clips:
        if clip.id == identity:
            return clip
    some = ", ".join(clip.id for clip in manifest.clips[:3]) or "none"
    raise SfbenchError(
        f"{manifest.folder} has no clip {identity!r}; its {len(manifest.clips)} clips begin with "
        f"{some}; {manifest.folder}/manifest.jsonl lists all"
    )


def _look(
    manifest: Manifest,
    config: GeneratorConfig,
    clip: Clip,
    runs: Path,
    seed: int,
    device: str,
    watch: Watch,
) -> Looked:
    only = {clip.id}
    run = generate(
        manifest, config, runs, split=clip.split, seed=seed, only=only, device=device, watch=watch
    )
    random = any(name.startswith("random weights") for name in run.weights)
    return Looked(
        system=f"{run.model}@{run.revision}",
        title=f"{run.model} (random weights)" if random else run.model,
        folder=run.folder,
        take=run.takes[0],
        timing=timing_of(manifest, config, clip, device),
    )


def _read(manifest: Manifest, clip: Clip) -> Media:
    """Return the clip's sound and pictures; a worker reads them, for media may be anybody's."""
    (outcome,) = Stage("explain", _small).run([manifest.path(clip.video)], 1)
    if outcome.value is None:
        raise SfbenchError(f"{clip.video} cannot be read: {outcome.reason}")
    return outcome.value


def _small(path: Path) -> Media:
    about = read_media(path)
    size = (max(2, round(_HEIGHT * about.width / max(1, about.height))), _HEIGHT)
    return read_media(path, rates=[RATE], every=1, size=size)


def _truth(manifest: Manifest, clip: Clip) -> dict[str, Any] | None:
    if clip.truth is None:
        return None
    truth: dict[str, Any] = msgspec.json.decode(manifest.path(clip.truth).read_bytes())
    return truth


def _draw_told(
    path: Path,
    title: str,
    looked: Sequence[Looked],
    media: Media,
    clip: Clip,
    truth: dict[str, Any] | None,
) -> list[Drawing]:
    """Draw Figure 1 of the systems that are told when it sounds; without any there is none."""
    told = [
        Told(
            system=one.title,
            says=one.timing.says,
            times=one.timing.times,
            scores=one.timing.scores,
            threshold=one.timing.threshold,
        )
        for one in looked
        if isinstance(one.timing, Timing)
    ]
    if not told:
        path.unlink(missing_ok=True)
        return []
    film = Film(media.times, media.frames)
    draw_condition(path, title, told, film, clip.seconds, _spans(clip, truth))
    caption = (
        "What each system is told of when it sounds: the three pictures with the highest (blue) "
        "and the three with the lowest score (orange), half a second and more apart, and the score "
        "over time; from the dashed threshold on, shaded, it is told that it sounds."
    )
    return [Drawing(file=CONDITION, caption=caption)]


def _spans(clip: Clip, truth: dict[str, Any] | None) -> Spans:
    """Return what is known to be true, and when."""
    who, heard = heard_times(truth, clip)
    spans: Spans = {f"heard ({who})": [(begin, end) for begin, end in heard]} if heard else {}
    hidden = truth["off_screen"] if truth else []
    return spans | ({"off screen": [(begin, end) for begin, end in hidden]} if hidden else {})


def _draw_made(
    path: Path,
    title: str,
    looked: Sequence[Looked],
    media: Media,
    clip: Clip,
    truth: dict[str, Any] | None,
) -> Drawing:
    """Draw Figure 4."""
    own = placed(media.sound[RATE], RATE, 0.0, clip.seconds)
    voices = [_voice(_TRUE, own), *(_made(one, clip, own) for one in looked)]
    true = None if truth is None else _true_pitch(truth)
    draw_sounds(path, title, voices, rate=RATE, seconds=clip.seconds, true_pitch=true)
    caption = (
        "The true sound and those of the systems: mel spectrograms on one scale of 70 dB, the "
        "pitch as estimated, and the level; r is a level's correlation with the true one."
    )
    if true is not None:
        caption += " The dashed line is the pitch that the simulation gave the true sound."
    return Drawing(file=SOUNDS, caption=caption)


def _made(looked: Looked, clip: Clip, own: NDArray[np.float32]) -> Voice:
    take = looked.take
    if take.audio is None:
        return Voice(name=looked.title, sound=None, absent=str(take.reason or "the take failed"))
    (outcome,) = Stage("explain", partial(read_media, rates=[RATE])).run(
        [looked.folder / take.audio], 1
    )
    if outcome.value is None:
        return Voice(name=looked.title, sound=None, absent=str(outcome.reason))
    sound = placed(outcome.value.sound[RATE], RATE, take.span[0], clip.seconds)
    return _voice(looked.title, sound, _agreement(own, sound, take))


def _agreement(own: NDArray[np.float32], made: NDArray[np.float32], take: Take) -> str:
    """Say how a take's level follows the true one over the seconds that protocols compare."""
    begin, end = (round(min(edge, _COMPARED) * RATE) for edge in take.span)
    r = envelope_correlation(levels(own[begin:end]), levels(made[begin:end]))
    return "flat level" if r is None else f"level r = {r:.2f}".replace("-", "−")


def _voice(name: str, sound: NDArray[np.float32], remark: str = "") -> Voice:
    return Voice(name=name, sound=sound, pitch=pitches(sound), level=levels(sound), remark=remark)


def _true_pitch(truth: dict[str, Any]) -> NDArray[np.float64] | None:
    """Return the pitch of a simulated sound at the listener, NaN where it has none."""
    course = np.array(
        [np.nan if hertz is None else hertz for hertz in truth["fundamental"]], np.float64
    )
    return None if np.isnan(course).all() else course


def _left_out(looked: Sequence[Looked]) -> list[str]:
    return [
        f"{one.title} has no part in the figure of temporal conditions: {one.timing.detail}"
        for one in looked
        if isinstance(one.timing, Reason)
    ]
