"""Draws both figures of a clip."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sfbench.clip import Clip
from sfbench.eval.listen import heard_times
from sfbench.eval.metrics.envelope import envelope_correlation
from sfbench.eval.metrics.pitch import pitches
from sfbench.executor import Stage
from sfbench.explain.looked import Looked
from sfbench.leaderboard.explained import CONDITION, SOUNDS, Drawing
from sfbench.leaderboard.figures.condition import Film, Spans, Told, draw_condition
from sfbench.leaderboard.figures.sounds import Voice, draw_sounds
from sfbench.leaderboard.page.embed import placed
from sfbench.media.level import RATE, levels
from sfbench.media.read import Media, read_media
from sfbench.model.timing import Timing
from sfbench.take import Take

_TRUE = "true sound"
_COMPARED = 10.0  # seconds that protocols compare

Truth = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a clip is, whatever systems make of it.

    Attributes:
        clip: The clip.
        media: Its sound and small pictures.
        truth: Its truth file, if there is one.
    """

    clip: Clip
    media: Media
    truth: Truth | None

    @property
    def title(self) -> str:
        """What stands over its figures."""
        return f"{self.clip.label or 'no label'}  ({self.clip.id})"


def draw_told(path: Path, subject: Subject, looked: Sequence[Looked]) -> list[Drawing]:
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
    film = Film(subject.media.times, subject.media.frames)
    spans = _spans(subject.clip, subject.truth)
    draw_condition(path, subject.title, told, film, subject.clip.seconds, spans)
    caption = (
        "What each system is told of when it sounds: the three pictures with the highest (blue) "
        "and the three with the lowest score (orange), half a second and more apart, and the score "
        "over time; from the dashed threshold on, shaded, it is told that it sounds."
    )
    return [Drawing(file=CONDITION, caption=caption)]


def _spans(clip: Clip, truth: Truth | None) -> Spans:
    """Return what is known to be true, and when."""
    who, heard = heard_times(truth, clip)
    spans: Spans = {f"heard ({who})": [(begin, end) for begin, end in heard]} if heard else {}
    hidden = truth["off_screen"] if truth else []
    return spans | ({"off screen": [(begin, end) for begin, end in hidden]} if hidden else {})


def draw_made(path: Path, subject: Subject, looked: Sequence[Looked]) -> Drawing:
    """Draw Figure 4."""
    clip, truth = subject.clip, subject.truth
    own = placed(subject.media.sound[RATE], RATE, 0.0, clip.seconds)
    voices = [_voice(_TRUE, own), *(_made(one, clip, own) for one in looked)]
    true = None if truth is None else _true_pitch(truth)
    draw_sounds(path, subject.title, voices, rate=RATE, seconds=clip.seconds, true_pitch=true)
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


def _true_pitch(truth: Truth) -> NDArray[np.float64] | None:
    """Return the pitch of a simulated sound at the listener, NaN where it has none."""
    course = np.array(
        [np.nan if hertz is None else hertz for hertz in truth["fundamental"]], np.float64
    )
    return None if np.isnan(course).all() else course
