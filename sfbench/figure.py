"""Figures drawn by matplotlib, which is the extra `plot`: an empty one, and how it is kept."""

from pathlib import Path
from typing import TYPE_CHECKING

from sfbench import store
from sfbench.errors import SfbenchError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def blank(width: float, height: float) -> "Figure":
    """Return an empty figure of a size in inches.

    Raises:
        SfbenchError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise SfbenchError("drawing needs matplotlib: pip install 'sfbench[plot]'") from None
    return Figure((width, height), layout="constrained")


def save(figure: "Figure", path: Path, dpi: int = 120) -> None:
    """Write a figure as PNG; equal figures give equal bytes."""
    with store.replacing(path) as partial:
        figure.savefig(partial, format="png", dpi=dpi, metadata={"Software": None})
