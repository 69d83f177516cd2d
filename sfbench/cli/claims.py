"""The verb `claims`."""

from pathlib import Path
from typing import Annotated

import typer

from sfbench.cli.app import app
from sfbench.cli.options import Json, Quiet, shown


@app.command()
def claims(
    runs: Annotated[list[Path] | None, typer.Argument(help="Run folders; ./runs if none.")] = None,
    out: Annotated[Path, typer.Option(help="Markdown file to write.")] = Path("claims.md"),
    source: Annotated[
        str, typer.Option("--claims", help="Name in leaderboard/, or a TOML file.")
    ] = "claims",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say which claims of the paper hold.

    Compares scored systems clip by clip and writes a page with the numbers.
    """
    from sfbench.benchmark_files import find
    from sfbench.claims import check_claims
    from sfbench.leaderboard.claims.claim import read_claims
    from sfbench.show import answer

    chosen = read_claims(find("leaderboard", source))
    tested = check_claims(chosen, runs or [Path("runs")], out, watch=shown(quiet))
    lines = [f"{one.claim.id}: {one.verdict}" for one in tested]
    answer("\n".join([str(out), *lines]), tested, as_json=as_json, quiet=quiet)
