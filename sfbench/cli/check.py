"""The verbs that show what works: `demo`, `selftest` and `doctor`."""

from pathlib import Path
from typing import Annotated

import typer

from sfbench.cli.app import app
from sfbench.cli.options import Json, ProtocolName, Quiet, shown


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything that it makes.")] = Path("demo"),
    quick: Annotated[bool, typer.Option("--quick", help="Fewer clips and systems.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Go the whole way on simulated clips.

    Curates a small simulated world, runs the mini models and reports; nothing is downloaded.
    """
    from sfbench.demo import QUICK, WHOLE
    from sfbench.demo import demo as go
    from sfbench.show import answer

    made = go(out, shown(quiet), QUICK if quick else WHOLE)
    text = f"{made.curation.funnel}\nopen {made.report.paths['html']}"
    answer(text, made.report.paths, as_json=as_json, quiet=quiet)


@app.command()
def selftest(
    protocol: ProtocolName = "basic",
    clips: Annotated[int, typer.Option(help="Simulated sounds to try.", min=8)] = 16,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show what metrics say to known faults.

    Faults are applied to simulated sounds; exit code 1 if a metric breaks a law.
    """
    from sfbench.selftest import selftest as try_faults
    from sfbench.show import answer

    tried = try_faults(protocol, clips, shown(quiet))
    text = tried.markdown if markdown else str(tried)
    answer(text, tried, as_json=as_json, quiet=quiet)
    if tried.broken:
        raise typer.Exit(1)


@app.command()
def doctor(as_json: Json = False, quiet: Quiet = False) -> None:
    """Say what works here, and what mends the rest."""
    from sfbench.doctor import diagnose, diagnosis_text
    from sfbench.show import answer

    checks = diagnose()
    answer(diagnosis_text(checks), checks, as_json=as_json, quiet=quiet)
    if any(check.ok is False for check in checks):
        raise typer.Exit(1)
