"""What the figures of the paper share: width, colours, small print."""

from typing import TYPE_CHECKING

from sfbench.leaderboard.page.spectrogram import magma

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap

WIDTH = 7.16
"""Width of a page of two columns, in inches."""

DPI = 200

# Okabe and Ito's colours, which people with any colour vision tell apart.
MOST, FEW, TRUE, QUIET = "#0072B2", "#D55E00", "#444444", "#888888"


def small(axes: "Axes") -> None:
    """Make the ticks small and leave out the frame at the top and right."""
    axes.tick_params(labelsize=6, length=2, pad=1)
    axes.spines[["top", "right"]].set_visible(False)


def bare(axes: "Axes", colour: str) -> None:
    """Leave out ticks, and draw a coloured frame."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(colour)
        spine.set_linewidth(1.5)


def magma_map() -> "ListedColormap":
    """Return the colours that the page draws spectrograms with."""
    from matplotlib.colors import ListedColormap

    return ListedColormap(magma(256) / 255)
