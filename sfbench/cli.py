"""The command line: one function per verb, nothing heavy at the top."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sfbench import __version__, progress
from sfbench.errors import SfbenchError

if TYPE_CHECKING:
    from sfbench.progress import Watch
    from sfbench.run import Ran
    from sfbench.weights.holding import Holding

app = typer.Typer(
    name="sfbench",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

weights_app = typer.Typer(
    no_args_is_help=True, help="List, fetch, verify and convert networks' weights."
)
app.add_typer(weights_app, name="weights")

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
WeightsDir = Annotated[Path | None, typer.Option("--dir", help="Folder of weights.")]
WeightsNames = Annotated[
    list[str] | None,
    typer.Argument(help="Names of weights, protocols or models; all if none is given."),
]


def main() -> None:
    """Run the command line; what the user can mend is one message and exit code 1."""
    try:
        app()
    except SfbenchError as error:
        print(f"sfbench: {error}", file=sys.stderr)
        sys.exit(1)
    except SystemExit as leaving:
        if leaving.code == 130:
            print("sfbench: interrupted; the same command resumes", file=sys.stderr)
        raise


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """The open benchmark for continuous Foley: curate clips, run models, report."""
    if version:
        print(__version__)
        raise typer.Exit


@app.command()
def curate(
    out: Annotated[Path, typer.Option(help="Dataset folder to make.")] = Path("vgg-c"),
    source: Annotated[
        str, typer.Option(help="vggsound[:train|test], folder:DIR or simulated[:SEED[:beyond]].")
    ] = "vggsound",
    recipe: Annotated[
        str | None,
        typer.Option(help="Name in curation/, or a TOML file; what suits the source if not given."),
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE|URL", help="List of clips (vggsound); may be repeated."),
    ] = None,
    media: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="Videos, tar shards or parquet (vggsound); may be repeated."
        ),
    ] = None,
    limit: Limit = None,
    download: Annotated[
        bool, typer.Option("--download", help="Get missing clips from YouTube (vggsound).")
    ] = False,
    cookies: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A browser's cookies, for --download.")
    ] = None,
    proxy: Annotated[
        str | None, typer.Option(metavar="URL", help="HTTP proxy, for --download.")
    ] = None,
    rate: Annotated[
        str | None, typer.Option(metavar="BYTES", help="Bytes a second of a download: 500K, 2M.")
    ] = None,
    sleep: Annotated[
        float | None, typer.Option(help="Seconds between downloads; 3 if not given.", min=0)
    ] = None,
    retry: Annotated[
        Literal["failed"] | None,
        typer.Option(help="Try again media that failed for good, too."),
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What a reviewer decided, JSON lines.")
    ] = None,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="This machine, or Ray Data (extra `ray`).")
    ] = "local",
    ray_address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Ray cluster; else $RAY_ADDRESS.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Clips at a time; one per core if not given.", min=1)
    ] = None,
    shard: Annotated[
        str, typer.Option(metavar="i/n", help="Only judge every n-th clip, for job arrays.")
    ] = "1/1",
    form: Annotated[
        Literal["folder", "webdataset", "parquet"],
        typer.Option("--format", help="Also put clips and media into tars or parquet."),
    ] = "folder",
    merge: Annotated[
        bool, typer.Option("--merge", help="Make the dataset of what shards judged.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Never touch the network.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the funnel; fetch nothing.")
    ] = False,
    diff: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="OLD NEW", help="Only say what changed between two datasets."),
    ] = None,
    calibrate: Annotated[
        bool,
        typer.Option("--calibrate", help="Choose grounding's thresholds by clips of known truth."),
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Choose clips; make a dataset folder.

    Every clip passes the recipe's steps or is rejected with a reason. A killed curation goes on
    where it stopped.
    """
    from sfbench.curation.curate import curate as make
    from sfbench.curation.curate import foresee
    from sfbench.curation.diff import compare_curations
    from sfbench.curation.embed.write import embed
    from sfbench.curation.how import choose_how
    from sfbench.curation.recipe import read_recipe
    from sfbench.curation.review import read_decisions
    from sfbench.curation.sources import open_source, suited
    from sfbench.show import answer
    from sfbench.weights.fetch import is_offline

    if diff is not None:
        difference = compare_curations(*diff)
        return answer(str(difference), difference, as_json=as_json, quiet=quiet)
    watch = _watch(quiet)
    options = {
        "metadata": metadata,
        "media": media,
        "offline": offline or is_offline(),
        "download": download,
        "cookies": cookies,
        "proxy": proxy,
        "rate": rate,
        "sleep": sleep,
    }
    clips = open_source(source, limit, **options, watch=watch)
    named = recipe or suited(clips)
    decided = read_decisions(decisions) if decisions else None
    how = choose_how(
        engine,
        ray_address,
        workers=workers,
        shard=shard,
        merge=merge,
        download=download,
        retry_failed=retry == "failed",
        watch=watch,
    )
    if calibrate:
        from sfbench.curation.calibrate import calibrate as measure

        found = measure(named, clips, out, how=how)
        answer(str(found), found, as_json=as_json, quiet=quiet)
        return
    chosen = read_recipe(named)
    if dry_run:
        made = foresee(chosen, clips, decided)
    else:
        made = make(chosen, clips, out, how=how, decisions=decided)
    if form != "folder" and made.manifest_sha256:
        made.notes.append(f"media embedded in {embed(out, form, watch)}")
    answer("\n".join([str(made.funnel), *made.notes]), made, as_json=as_json, quiet=quiet)


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
        watch=_watch(quiet),
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
        reference, generated, protocol, out, device=device, backend=backend, watch=_watch(quiet)
    )
    _answer_ran(ran, as_json, quiet)


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

    made = compare_and_report(runs or [Path("runs")], out, formats.split(","), watch=_watch(quiet))
    answer("\n".join(map(str, made.paths.values())), made.paths, as_json=as_json, quiet=quiet)


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="Training recipe, a TOML file.")],
    out: Annotated[Path | None, typer.Option(help="Folder for weights and logs.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last state.")] = False,
    quiet: Quiet = False,
) -> None:
    """Train a network by a recipe."""
    from sfbench.model.train import train as train_by

    train_by(recipe, out, resume=resume, watch=_watch(quiet))


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything that it makes.")] = Path("demo"),
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Go the whole way on simulated clips.

    Curates a small simulated world, runs the baselines and reports; nothing is downloaded.
    """
    from sfbench.demo import demo as go
    from sfbench.show import answer

    made = go(out, _watch(quiet))
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

    tried = try_faults(protocol, clips, _watch(quiet))
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


@weights_app.command("list")
def weights_list(folder: WeightsDir = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """List declared weights: size, licence, who needs them, whether they are here."""
    from sfbench.weights.holding import list_weights

    _answer_weights(list_weights(folder), as_json, quiet)


@weights_app.command("fetch")
def weights_fetch(
    names: WeightsNames = None,
    folder: WeightsDir = None,
    offline: Annotated[bool, typer.Option("--offline", help="Never touch the network.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fetch weights that are not here yet, and check them."""
    from sfbench.weights.fetch import fetch_weights, is_offline
    from sfbench.weights.holding import foreseen

    todo = foreseen(names or (), folder)
    if todo and not (quiet or offline or is_offline()):
        typer.echo(todo, err=True)
    holdings = fetch_weights(names or (), folder, offline=offline, watch=_watch(quiet))
    _answer_weights(holdings, as_json, quiet)


@weights_app.command("verify")
def weights_verify(
    names: WeightsNames = None,
    folder: WeightsDir = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Hash weights that are here and say whether they are the declared ones."""
    from sfbench.weights.holding import verify_weights

    holdings = verify_weights(names or (), folder)
    _answer_weights(holdings, as_json, quiet)
    bad = [holding.name for holding in holdings if not holding.usable]
    if bad:
        raise SfbenchError(f"not usable: {', '.join(bad)}; type: sfbench weights fetch {bad[0]}")


@weights_app.command("convert")
def weights_convert(
    names: WeightsNames = None,
    folder: WeightsDir = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Convert pickled weights that are here to safetensors.

    The tensors alone are kept, not what a training left beside them. Networks are filled from the
    converted file from then on.
    """
    from sfbench.show import answer
    from sfbench.weights.convert import convert_weights

    made = convert_weights(names or (), folder, watch=_watch(quiet))
    text = "\n".join(map(str, made)) or "no pickled weights are here"
    answer(text, made, as_json=as_json, quiet=quiet)


def _answer_weights(holdings: "list[Holding]", as_json: bool, quiet: bool) -> None:
    from sfbench.show import answer
    from sfbench.weights.holding import holdings_text

    answer(holdings_text(holdings), holdings, as_json=as_json, quiet=quiet)


def _watch(quiet: bool) -> "Watch":
    return progress.quiet if quiet else progress.shown


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


if __name__ == "__main__":
    main()
