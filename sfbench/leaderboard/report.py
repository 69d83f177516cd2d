"""Reads runs, ranks them, writes the leaderboard in every format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.leaderboard.board import Leaderboard
from sfbench.leaderboard.csv_lines import to_csv
from sfbench.leaderboard.json_document import to_json
from sfbench.leaderboard.latex import to_latex
from sfbench.leaderboard.markdown import to_markdown
from sfbench.leaderboard.page.gallery import galleries
from sfbench.leaderboard.page.render import to_html
from sfbench.leaderboard.rank import rank
from sfbench.leaderboard.reported import read_reported
from sfbench.leaderboard.runs import read_runs
from sfbench.progress import Watch, quiet

CLIPS = 12

_TEXTS: dict[str, Callable[[Leaderboard], str]] = {
    "md": to_markdown,
    "csv": to_csv,
    "tex": to_latex,
    "json": to_json,
}
FORMATS = ("html", *_TEXTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was written, by format, and what it says."""

    paths: dict[str, Path]
    board: Leaderboard


def report(
    runs: Sequence[Path],
    out: Path,
    formats: Sequence[str] = FORMATS,
    *,
    clips: int = CLIPS,
    watch: Watch = quiet,
) -> Report:
    """Write `leaderboard.<format>` for each format; equal runs give equal bytes.

    Args:
        runs: Folders that are searched for run folders.
        out: Folder to write to.
        formats: Any of `FORMATS`.
        clips: How many clips of a dataset the page shows with picture and sound.
        watch: Shows the progress of the page.

    Raises:
        SfbenchError: There is no run, a result is damaged, or a format is unknown.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise SfbenchError(f"no format called {unknown[0]!r}; choose from {', '.join(FORMATS)}")
    found = read_runs(runs)
    board = Leaderboard(tables=rank(run.result for run in found), reported=read_reported())
    paths = {}
    for name in dict.fromkeys(formats):
        paths[name] = out / f"leaderboard.{name}"
        html = name == "html"
        text = (
            to_html(board, galleries(board, found, clips, watch)) if html else _TEXTS[name](board)
        )
        store.write_text(paths[name], text)
    return Report(paths=paths, board=board)
