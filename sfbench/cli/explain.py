"""The verb `explain`."""

from pathlib import Path
from typing import Annotated

import typer

from sfbench.cli.app import app
from sfbench.cli.options import Device, Json, Quiet, Runs, shown


@app.command()
def explain(
    model: Annotated[
        list[str],
        typer.Option(help="As for run; may be repeated, the figures stand below one another."),
    ],
    clip: Annotated[str, typer.Option(help="Id of the clip.")],
    data: Annotated[Path, typer.Option(help="Dataset folder.")] = Path("vgg-c"),
    out: Runs = Path("runs"),
    seed: Annotated[int, typer.Option(help="Seed of the generator.")] = 0,
    device: Device = "auto",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw what systems make of a clip, and why.

    Pictures with the temporal condition, and spectrograms with pitch and level; `report` shows them
    with the clip. Takes that are there already are used.
    """
    from sfbench.explain.explain import explain as draw
    from sfbench.manifest import read_manifest
    from sfbench.model.config import read_config
    from sfbench.show import answer

    configs = [read_config(name) for name in model]
    folder, made = draw(
        read_manifest(data), configs, clip, out, seed=seed, device=device, watch=shown(quiet)
    )
    files = [str(folder / drawing.file) for drawing in made.drawings]
    answer("\n".join([*files, *made.notes]), made, as_json=as_json, quiet=quiet)
