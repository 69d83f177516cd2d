"""The verb `train`."""

from pathlib import Path
from typing import Annotated

import typer

from sfbench.cli.app import app
from sfbench.cli.options import Quiet, shown


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="Training recipe, a TOML file.")],
    out: Annotated[Path | None, typer.Option(help="Folder for weights and logs.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last state.")] = False,
    quiet: Quiet = False,
) -> None:
    """Train a network by a recipe."""
    from sfbench.model.train import train as train_by

    train_by(recipe, out, resume=resume, watch=shown(quiet))
