"""The leaderboard as one HTML file that opens from disk and asks no network for anything."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sfbench import __version__
from sfbench.leaderboard import sentences, wording
from sfbench.leaderboard.board import Leaderboard, Table
from sfbench.leaderboard.page.bar import Bar, bars
from sfbench.leaderboard.page.gallery import Gallery
from sfbench.leaderboard.page.panel import Panel
from sfbench.leaderboard.page.spectrogram import RANGE
from sfbench.leaderboard.page.strata import families_of, strata_of
from sfbench.leaderboard.page.worst_grid import address, worst_grids
from sfbench.leaderboard.pairs import asked, pairs_of

_FOLDER = Path(__file__).parent


def to_html(board: Leaderboard, galleries: Sequence[Gallery] = ()) -> str:
    """Return the page; text from results cannot become markup, and no script but ours runs."""
    style, script = (_FOLDER / "page.css").read_text(), (_FOLDER / "page.js").read_text()
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            board=board,
            galleries=galleries,
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        wording=wording,
        sentences=sentences,
        bars_of=_bars,
        families_of=families_of,
        strata_of=strata_of,
        asked_of=asked,
        pairs_of=pairs_of,
        worst_of=worst_grids,
        address=address,
        media_of=_media,
        range_db=RANGE,
        version=__version__,
    )
    return environment


def _policy(style: str, script: str) -> str:
    """Return a content security policy under which only the page's own style and script work."""
    return (
        "default-src 'none'; img-src data:; media-src data:; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _bars(table: Table) -> list[tuple[Bar | None, ...]]:
    """Return the bars of every row, in the order of the columns."""
    columns = [
        bars(column, [row.cells[index] for row in table.rows])
        for index, column in enumerate(table.columns)
    ]
    return list(zip(*columns, strict=True)) or [() for _ in table.rows]


def _media(panel: Panel) -> Markup:
    return embedded_json(
        {
            "video": panel.media.video,
            "sounds": [track.sound for track in panel.media.tracks],
            "pictures": [track.picture for track in panel.media.tracks],
        }
    )


def embedded_json(value: Any) -> Markup:
    r"""Return JSON that may stand in a script element: no `<` can end it.

    >>> print(embedded_json("</script>"))
    "\u003c/script>"
    """
    # Markup is safe here: with `<` escaped, nothing in JSON ends a script element.
    return Markup(msgspec.json.encode(value).decode().replace("<", "\\u003c"))
