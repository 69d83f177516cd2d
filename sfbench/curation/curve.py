"""The picture of precision over recall of a calibration."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sfbench.curation.thresholds import Operation
from sfbench.figure import blank, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curve = Sequence[Operation]  # of every score threshold, the lowest first
Pen = Callable[[Path, Mapping[str, Curve], Operation], None]
"""(PNG file, curves by name, the chosen thresholds) -> drawn."""

_MARKED = (0.9, 0.7, 0.5, 0.3, 0.1)  # score thresholds that are named in the picture
_APART = 0.04  # share of the axis between two such names
_SIZE = (5.0, 4.0)  # inches


def open_pen() -> Pen:
    """Return what draws the curves.

    Raises:
        SfbenchError: matplotlib is not installed.
    """
    blank(*_SIZE)

    def draw(path: Path, curves: Mapping[str, Curve], chosen: Operation) -> None:
        picture = blank(*_SIZE)
        axes = picture.add_subplot(
            xlabel="recall: clips with the sound that are kept",
            ylabel="precision: kept clips with the sound",
            xlim=(-0.02, 1.03),
            ylim=(-0.02, 1.06),
        )
        for name, curve in curves.items():
            _draw_curve(axes, name, [point for point in curve if point.precision is not None])
        label = f"chosen: score ≥ {chosen.score:.2f}"
        axes.plot(*_place(chosen), "*", color="black", markersize=12, label=label)
        axes.legend(loc="lower left")
        axes.grid(alpha=0.3)
        save(picture, path)

    return draw


def _draw_curve(axes: "Axes", name: str, known: Curve) -> None:
    (line,) = axes.plot(*zip(*map(_place, known), strict=True), label=name)
    last = -1.0
    for point in sorted(known, key=lambda point: -point.score):
        recall, precision = _place(point)
        if round(point.score, 2) in _MARKED and recall - last > _APART:
            axes.plot(recall, precision, "o", color=line.get_color(), markersize=4)
            axes.annotate(
                f"{point.score:.1f}", (recall, precision), (-8, -13), textcoords="offset points"
            )
            last = recall


def _place(point: Operation) -> tuple[float, float]:
    return point.recall or 0.0, point.precision or 0.0
