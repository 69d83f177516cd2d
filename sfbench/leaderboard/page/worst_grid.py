"""The worst clips of a table, one grid per metric, with addresses of those that the page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sfbench.leaderboard.board import Column, Row, Table, WorstClip
from sfbench.leaderboard.page.gallery import Gallery


@dataclass(frozen=True, slots=True)
class LinkedClip:
    """A clip, and where the page shows it; the address is empty where it does not."""

    clip: WorstClip
    address: str


@dataclass(frozen=True, slots=True)
class WorstGrid:
    """One metric: the worst clips of every row that has any, the worst first."""

    column: Column
    rows: tuple[tuple[Row, tuple[LinkedClip, ...]], ...]


def address(gallery: int, identity: str) -> str:
    """Return the name of the page's part that shows a clip."""
    return f"clip-{gallery}-{identity}"


def worst_grids(table: Table, galleries: Sequence[Gallery]) -> list[WorstGrid]:
    """Return a grid for every metric by which some system has a worst clip."""
    shown = _shown(table, galleries)
    found = {
        (worst.metric, worst.system): tuple(
            LinkedClip(clip, shown.get(clip.id, "")) for clip in worst.clips
        )
        for worst in table.worst
    }
    grids = [
        WorstGrid(
            column,
            tuple(
                (row, clips)
                for row in table.rows
                if (clips := found.get((column.metric, row.result.system)))
            ),
        )
        for column in table.columns
    ]
    return [grid for grid in grids if grid.rows]


def _shown(table: Table, galleries: Sequence[Gallery]) -> Mapping[str, str]:
    """Return the addresses of the table's clips by id."""
    key = table.dataset.manifest_sha256, table.dataset.split
    return {
        panel.id: address(place, panel.id)
        for place, gallery in enumerate(galleries)
        if (gallery.dataset.manifest_sha256, gallery.dataset.split) == key
        for panel in gallery.panels
    }
