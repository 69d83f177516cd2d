"""Ranks runs and writes the leaderboard in every format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.leaderboard.board import Leaderboard
from sfbench.leaderboard.csv_clips import to_clips_csv
from sfbench.leaderboard.csv_differences import to_differences_csv
from sfbench.leaderboard.csv_lines import to_csv
from sfbench.leaderboard.json_document import to_json
from sfbench.leaderboard.latex import to_latex
from sfbench.leaderboard.markdown import to_markdown
from sfbench.leaderboard.page.gallery import galleries
from sfbench.leaderboard.page.render import to_html
from sfbench.leaderboard.pairs import share
from sfbench.leaderboard.rank import rank
from sfbench.leaderboard.reported import read_reported
from sfbench.leaderboard.runs import Run
from sfbench.leaderboard.worst import worst_of
from sfbench.progress import Watch, quiet
from sfbench.result import Difference

CLIPS = 12

_TEXTS: dict[str, Callable[[Leaderboard], str]] = {
    "md": to_markdown,
    "csv": to_csv,
    "tex": to_latex,
    "json": to_json,
}
FORMATS = ("html", *_TEXTS)
_BESIDE: dict[str, Callable[[Leaderboard], str]] = {
    "leaderboard-differences.csv": to_differences_csv,
    "leaderboard-clips.csv": to_clips_csv,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was written, and what it says.

    Attributes:
        paths: The leaderboard by format.
        board: The leaderboard.
    """

    paths: dict[str, Path]
    board: Leaderboard


def report(
    runs: Sequence[Run],
    out: Path,
    formats: Sequence[str] = FORMATS,
    *,
    differences: Sequence[Difference] = (),
    clips: int = CLIPS,
    watch: Watch = quiet,
) -> Report:
    """Write `leaderboard.<format>` for each format; equal runs give equal bytes.

    With `csv` come two more tables, of differences between systems and of single clips.

    Args:
        runs: What was measured.
        out: Folder to write to.
        formats: Any of `FORMATS`.
        differences: What is known about pairs of systems of one table.
        clips: How many clips of a dataset the page shows with picture and sound.
        watch: Shows the progress of the page.

    Raises:
        SfbenchError: A format is unknown.
        ValueError: No table holds both systems and the metric of a difference.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise SfbenchError(f"no format called {unknown[0]!r}; choose from {', '.join(FORMATS)}")
    board = _board(runs, differences)
    paths = {}
    for name in dict.fromkeys(formats):
        paths[name] = out / f"leaderboard.{name}"
        html = name == "html"
        text = to_html(board, galleries(board, runs, clips, watch)) if html else _TEXTS[name](board)
        store.write_text(paths[name], text)
    if "csv" in formats:
        for file, write in _BESIDE.items():
            store.write_text(out / file, write(board))
    return Report(paths=paths, board=board)


def _board(runs: Sequence[Run], differences: Sequence[Difference]) -> Leaderboard:
    tables = share(rank(run.result for run in runs), differences)
    return Leaderboard(
        tables=tuple(replace(table, worst=worst_of(table, runs)) for table in tables),
        reported=read_reported(),
    )
