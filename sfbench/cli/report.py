"""The verb `report`."""

from pathlib import Path
from typing import Annotated

import typer

from sfbench.cli.app import app
from sfbench.cli.options import Json, Quiet, shown


@app.command()
def report(
    runs: Annotated[list[Path] | None, typer.Argument(help="Run folders; ./runs if none.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("leaderboard"),
    formats: Annotated[str, typer.Option("--format", help="html,md,csv,tex,json")] = (
        "html,md,csv,tex,json"
    ),
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Rank systems; write tables and a page."""
    from sfbench.compare import compare_and_report
    from sfbench.show import answer

    made = compare_and_report(runs or [Path("runs")], out, formats.split(","), watch=shown(quiet))
    answer("\n".join(map(str, made.paths.values())), made.paths, as_json=as_json, quiet=quiet)
