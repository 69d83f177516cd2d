"""Figure 1: the pictures at which a system finds most and least that speaks for sound.

Source: Zhang et al., arXiv 2412.18157, Figure 1 and section III-B3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sfbench.figure import blank, save
from sfbench.leaderboard.figures.ink import DPI, FEW, MOST, QUIET, TRUE, WIDTH, bare, small

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

COUNT = 3
"""Pictures that are shown of either end."""

APART = 0.5
"""Least time between two pictures that are shown, in seconds: neighbours look alike."""

Span = tuple[float, float]  # seconds
Spans = dict[str, list[Span]]  # by what is true then
Picture = NDArray[np.uint8]  # [height, width, 3]

_BLOCK = 2.3  # inches


@dataclass(frozen=True, slots=True)
class Film:
    """Pictures, [T, height, width, 3], and when each is shown, [T] in seconds."""

    times: NDArray[np.float64]
    pictures: NDArray[np.uint8]

    def at(self, time: float) -> Picture:
        """Return the picture that is shown nearest to a time."""
        picture: Picture = self.pictures[int(np.abs(self.times - time).argmin())]
        return picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a system is told of when a clip sounds.

    Attributes:
        system: Its name, as the figure has it.
        says: What the scores are.
        times: When each picture is shown, in seconds, [N].
        scores: What speaks for sound at each, [N].
        threshold: Score from which on it is told that it sounds.
    """

    system: str
    says: str
    times: NDArray[np.float32]
    scores: NDArray[np.float32]
    threshold: float

    @property
    def shown(self) -> tuple[list[int], list[int]]:
        """Places of the pictures with the highest and with the lowest scores, each in time."""
        highest = extremes(self.times, self.scores)
        return highest, extremes(self.times, -self.scores, but=highest)


def extremes(
    times: NDArray[np.float32], scores: NDArray[np.float32], *, but: Sequence[int] = ()
) -> list[int]:
    """Return the places of the highest scores, in time, half a second and more apart.

    Args:
        times: When each picture is shown, [N].
        scores: Their scores, [N].
        but: Places that are taken.

    >>> extremes(np.array([0, 0.1, 1, 2, 3]), np.array([5, 6, 1, 4, 0]))
    [1, 2, 3]
    """
    chosen: list[int] = []
    for place in np.argsort(-scores, kind="stable"):
        near = [other for other in chosen if abs(times[place] - times[other]) < APART]
        if not near and place not in but and len(chosen) < COUNT:
            chosen.append(int(place))
    return sorted(chosen)


def draw_condition(
    path: Path,
    title: str,
    systems: Sequence[Told],
    film: Film,
    seconds: float,
    spans: Spans,
) -> None:
    """Write the figure: for each system three pictures of either end, and the course of its scores.

    Args:
        path: The PNG file.
        title: What clip it is.
        systems: What each system is told.
        film: The clip's pictures.
        seconds: Length of the clip.
        spans: What is known to be true, by name: when it sounds, when it is off screen.

    Raises:
        SfbenchError: matplotlib is not installed.
    """
    figure = blank(WIDTH, _BLOCK * len(systems) + 0.3)
    figure.suptitle(title, fontsize=9, x=0.01, ha="left", fontweight="bold")
    blocks = figure.subfigures(len(systems), 1, squeeze=False)[:, 0]
    for block, told in zip(blocks, systems, strict=True):
        _draw_system(block, told, film, seconds, spans)
    save(figure, path, DPI)


def _draw_system(
    figure: "SubFigure | Figure", told: Told, film: Film, seconds: float, spans: Spans
) -> None:
    figure.suptitle(told.system, fontsize=8, x=0.01, ha="left")
    grid = figure.add_gridspec(
        2, 2 * COUNT + 1, height_ratios=(1.3, 1), width_ratios=(*[1] * COUNT, 0.05, *[1] * COUNT)
    )
    course = figure.add_subplot(grid[1, :])
    _draw_course(course, told, seconds)
    _draw_spans(course, spans)
    ends = (("highest", told.shown[0], MOST, 0), ("lowest", told.shown[1], FEW, COUNT + 1))
    for name, shown, colour, first in ends:
        for column, place in enumerate(shown):
            axes = figure.add_subplot(grid[0, first + column])
            _draw_picture(axes, told, place, film, colour)
            if column == 0:
                axes.set_title(name, fontsize=7, loc="left", color=colour, pad=2)
            at = told.times[place], told.scores[place]
            course.plot(*at, "o", color=colour, markersize=4, clip_on=False, zorder=3)


def _draw_picture(axes: "Axes", told: Told, place: int, film: Film, colour: str) -> None:
    axes.imshow(film.at(float(told.times[place])), aspect="equal")
    bare(axes, colour)
    said = f"{told.scores[place]:.2f} at {told.times[place]:.1f} s"
    axes.set_xlabel(said, fontsize=7, color=colour, labelpad=2)


def _draw_course(axes: "Axes", told: Told, seconds: float) -> None:
    small(axes)
    axes.set_xlim(0, seconds)
    low, high = min(0.0, float(told.scores.min())), max(1.0, float(told.scores.max()))
    axes.set_ylim(low, high)
    axes.axhline(told.threshold, color=QUIET, linewidth=0.8, linestyle="--")
    above = told.scores >= told.threshold
    axes.fill_between(
        told.times, low, high, where=above, step="mid", color=MOST, alpha=0.12, linewidth=0
    )
    axes.plot(told.times, told.scores, color="black", linewidth=1)
    axes.set_ylabel(told.says.replace(" ", "\n", 1), fontsize=7)
    axes.set_xlabel("time in s", fontsize=7, labelpad=1)


def _draw_spans(axes: "Axes", spans: Spans) -> None:
    """Draw what is true as bars above the course, named at their right."""
    for row, (name, parts) in enumerate(spans.items()):
        height = 1.09 + 0.17 * row
        for part in parts:
            axes.plot(
                part,
                [height, height],
                transform=axes.get_xaxis_transform(),
                color=TRUE if row == 0 else QUIET,
                linewidth=3,
                solid_capstyle="butt",
                clip_on=False,
            )
        axes.text(1.005, height, name, transform=axes.transAxes, fontsize=6, va="center")
