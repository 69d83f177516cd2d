"""The verbs `run` and `score`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfbench.cli.app import app
from sfbench.cli.options import (
    BackendName,
    Device,
    Json,
    Limit,
    ProtocolName,
    Quiet,
    Runs,
    Split,
    shown,
)
from sfbench.errors import SfbenchError

if TYPE_CHECKING:
    from sfbench.run import Ran


@app.command()
def run(
    model: Annotated[
        str, typer.Option(help="Name in model/, a TOML file, folder:DIR or command:FILE.")
    ],
    data: Annotated[Path, typer.Option(help="Dataset folder.")] = Path("vgg-c"),
    out: Runs = Path("runs"),
    split: Split = "test",
    protocol: ProtocolName = "basic",
    limit: Limit = None,
    seed: Annotated[int, typer.Option(help="Seed of the generator.")] = 0,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="Change a setting: key=value.")
    ] = None,
    no_score: Annotated[bool, typer.Option("--no-score", help="Only make takes.")] = False,
    batch: Annotated[
        int | None, typer.Option(help="Clips that a network makes together.", min=1)
    ] = None,
    shard: Annotated[
        str, typer.Option(metavar="i/n", help="Only make takes, of every n-th clip.")
    ] = "1/1",
    device: Device = "auto",
    backend: BackendName = "sfbench",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make sound for clips, and score it.

    Finished takes and scores are kept; a killed run goes on where it stopped.
    """
    from sfbench.eval.protocol import read_protocol
    from sfbench.manifest import read_manifest
    from sfbench.model.config import read_config
    from sfbench.run import run_system
    from sfbench.shard import Shard

    ran = run_system(
        read_manifest(data),
        read_config(model, changes or ()),
        None if no_score else read_protocol(protocol),
        out,
        split=split,
        limit=limit,
        seed=seed,
        shard=Shard.read(shard),
        batch=batch,
        device=device,
        backend=backend,
        watch=shown(quiet),
    )
    rest = "; once all shards are made, the same command without --shard scores them"
    _answer_ran(ran, as_json, quiet, rest if shard != "1/1" else "")


@app.command()
def score(
    reference: Annotated[Path, typer.Option(help="Folder of true sounds or videos.")],
    generated: Annotated[Path, typer.Option(help="Folder of generated sounds, same names.")],
    protocol: ProtocolName = "basic",
    out: Runs = Path("runs"),
    device: Device = "auto",
    backend: BackendName = "sfbench",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Score a folder of sounds.

    Generated sounds are paired with references by file name.
    """
    from sfbench.run import score_folders

    ran = score_folders(
        reference, generated, protocol, out, device=device, backend=backend, watch=shown(quiet)
    )
    _answer_ran(ran, as_json, quiet)


def _answer_ran(ran: "Ran", as_json: bool, quiet: bool, rest: str = "") -> None:
    """Show a result; clips that failed are exit code 1, after everything was written."""
    from sfbench.show import answer, scores_table

    text = scores_table(ran.result) if ran.result else f"{len(ran.run.takes)} takes{rest}"
    document = ran.result or ran.run.takes
    answer(f"{ran.run.folder}\n{text}", document, as_json=as_json, quiet=quiet)
    if ran.failures:
        first = ran.failures[0]
        raise SfbenchError(
            f"{len(ran.failures)} of {len(ran.run.takes)} clips failed, "
            f"the first is {first.id} ({first.reason}); {ran.run.folder} has all of them"
        )
