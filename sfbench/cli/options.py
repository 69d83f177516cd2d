"""Options that several verbs share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sfbench import progress

if TYPE_CHECKING:
    from sfbench.progress import Watch

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Limit = Annotated[int | None, typer.Option(help="At most this many clips.", min=1)]
Split = Annotated[str, typer.Option(help="Split to run on.")]
Runs = Annotated[Path, typer.Option("--out", help="Folder of run folders.")]
ProtocolName = Annotated[str, typer.Option(help="Name in eval/, or a TOML file.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")]
BackendName = Annotated[
    Literal["sfbench", "reference"],
    typer.Option(help="Our networks, or the packages that others use (extra `reference`)."),
]


def shown(quiet: bool) -> "Watch":
    """Return what shows progress, or nothing."""
    return progress.quiet if quiet else progress.shown
