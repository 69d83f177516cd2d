"""Figure 4: spectrograms of the true sound and of systems, their pitch and their level.

Source: Zhang et al., arXiv 2412.18157, Figure 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sfbench.figure import blank, save
from sfbench.leaderboard.figures.ink import DPI, FEW, MOST, QUIET, WIDTH, magma_map, small
from sfbench.leaderboard.page.spectrogram import BANDS, RANGE, Levels, Sound, band_of, levels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Course = NDArray[np.float64]  # [T], even times over the clip

_ROW = 1.7  # inches
_HERTZ = (100, 500, 1000, 2000, 4000)  # marks beside spectrograms
_ABOUT = 100.0  # Hz: octaves are counted from here
_MARKS = 3  # beside a pitch, at most
_DBFS = (-70.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One sound of the figure.

    Attributes:
        name: The system, as the figure has it.
        sound: Samples, [n]; None when there is no sound.
        absent: Why there is none, or empty.
        pitch: Its estimated pitch, [T] in Hz, NaN where it has none.
        level: Its level, [T] in dBFS.
        remark: What is said beside its name, or empty.
    """

    name: str
    sound: Sound | None
    absent: str = ""
    pitch: Course | None = None
    level: Course | None = None
    remark: str = ""


def draw_sounds(
    path: Path,
    title: str,
    voices: Sequence[Voice],
    *,
    rate: int,
    seconds: float,
    true_pitch: Course | None = None,
) -> None:
    """Write the figure: a spectrogram for each sound, with its pitch and its level below.

    Spectrograms share one dB scale, pitches one axis. The level of the first sound stands behind
    all others.

    Args:
        path: The PNG file.
        title: What clip it is.
        voices: The sounds, the true one first.
        rate: Their sample rate, in Hz.
        seconds: Their length.
        true_pitch: The pitch that is known to be true, [T] in Hz, NaN where there is none; or None.

    Raises:
        SfbenchError: matplotlib is not installed.
    """
    figure = blank(WIDTH, _ROW * len(voices) + 0.75)
    figure.suptitle(title, fontsize=9, x=0.01, ha="left", fontweight="bold")
    grid = figure.add_gridspec(3 * len(voices), 1, height_ratios=(2.4, 1.2, 1) * len(voices))
    drawn = [None if one.sound is None else levels(one.sound, rate) for one in voices]
    top = max((float(one.max()) for one in drawn if one is not None), default=0.0)
    for place, (voice, spectrum) in enumerate(zip(voices, drawn, strict=True)):
        rows = [figure.add_subplot(grid[3 * place + row]) for row in range(3)]
        rows[0].set_title(voice.name, fontsize=8, loc="left", pad=2)
        rows[0].set_title(voice.remark, fontsize=7, loc="right", pad=2)
        for axes in rows:
            small(axes)
            axes.set_xlim(0, seconds)
            axes.tick_params(labelbottom=False)
        if spectrum is None:
            _draw_absent(rows, voice)
            continue
        _draw_spectrum(rows[0], spectrum, top, rate, seconds)
        _draw_pitch(rows[1], voice, voices, true_pitch, seconds)
        _draw_level(rows[2], voice, voices[0], seconds)
    rows[-1].tick_params(labelbottom=True)
    rows[-1].set_xlabel("time in s", fontsize=7)
    _draw_legend(figure, true=true_pitch is not None)
    save(figure, path, DPI)


def _draw_spectrum(axes: "Axes", spectrum: Levels, top: float, rate: int, seconds: float) -> None:
    axes.imshow(
        spectrum,
        origin="lower",
        aspect="auto",
        cmap=magma_map(),
        vmin=top - RANGE,
        vmax=top,
        extent=(0, seconds, -0.5, BANDS - 0.5),
    )
    marks = [hertz for hertz in _HERTZ if hertz < rate / 2]
    axes.set_yticks(band_of(np.array(marks), rate), [f"{hertz / 1000:g}" for hertz in marks])
    axes.set_ylim(-0.5, BANDS - 0.5)
    axes.set_ylabel("kHz", fontsize=7)


def _draw_pitch(
    axes: "Axes", voice: Voice, voices: Sequence[Voice], true: Course | None, seconds: float
) -> None:
    if true is not None:
        axes.plot(_times(true, seconds), true, color="black", lw=0.7, ls="--")
    if voice.pitch is not None:
        axes.plot(_times(voice.pitch, seconds), voice.pitch, color=MOST, lw=1.2)
    axes.set_yscale("log", base=2)
    known = [one.pitch for one in voices if one.pitch is not None]
    _limit(axes, np.concatenate([*known, *([] if true is None else [true])]))
    axes.set_ylabel("Hz", fontsize=7)


def _limit(axes: "Axes", hertz: Course) -> None:
    """Show whole octaves around all pitches, each with its mark."""
    there = hertz[np.isfinite(hertz)]
    low, high = (there.min(), there.max()) if len(there) else (_ABOUT, _ABOUT)
    octaves = range(int(np.floor(np.log2(low / _ABOUT))), int(np.floor(np.log2(high / _ABOUT))) + 2)
    marks = [_ABOUT * 2.0**octave for octave in octaves]
    axes.set_ylim(marks[0], marks[-1])
    axes.set_yticks(marks[:: -(-len(marks) // _MARKS)])
    axes.yaxis.set_major_formatter("{x:g}")


def _draw_level(axes: "Axes", voice: Voice, first: Voice, seconds: float) -> None:
    if first.level is not None:
        axes.plot(_times(first.level, seconds), first.level, color=QUIET, lw=0.8)
    if voice.level is not None:
        axes.plot(_times(voice.level, seconds), voice.level, color=FEW, lw=1.0)
    axes.set_ylim(*_DBFS)
    axes.set_yticks([-60, -30, 0])
    axes.set_ylabel("dBFS", fontsize=7)


def _draw_absent(rows: Sequence["Axes"], voice: Voice) -> None:
    for axes in rows:
        axes.set_yticks([])
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(bottom=False)
    said = f"no sound: {voice.absent}"
    rows[0].text(0.5, 0.5, said, transform=rows[0].transAxes, fontsize=7, ha="center")


def _draw_legend(figure: "Figure", *, true: bool) -> None:
    from matplotlib.lines import Line2D

    keys = [
        Line2D([], [], color=MOST, lw=1.2, label="pitch, estimated"),
        *([Line2D([], [], color="black", lw=0.7, ls="--", label="pitch, true")] if true else []),
        Line2D([], [], color=FEW, lw=1.0, label="level"),
        Line2D([], [], color=QUIET, lw=0.8, label="level of the true sound"),
    ]
    figure.legend(
        handles=keys, loc="outside lower center", ncols=len(keys), fontsize=7, frameon=False
    )


def _times(course: Course, seconds: float) -> Course:
    return (np.arange(len(course)) + 0.5) * seconds / len(course)
