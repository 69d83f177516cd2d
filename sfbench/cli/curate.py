"""The verb `curate`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sfbench.cli.app import app
from sfbench.cli.options import Json, Limit, Quiet, shown


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
    boxes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Boxes of VGG-SS, vggss.json (vggsound).")
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
    from sfbench.curation.calibrate import calibrate as measure
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
    watch = shown(quiet)
    options = {
        "metadata": metadata,
        "media": media,
        "boxes": boxes,
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
        found = measure(named, clips, out, how=how)
        return answer(str(found), found, as_json=as_json, quiet=quiet)
    chosen = read_recipe(named)
    if dry_run:
        made = foresee(chosen, clips, decided)
    else:
        made = make(chosen, clips, out, how=how, decisions=decided)
    if form != "folder" and made.manifest_sha256:
        made.notes.append(f"media embedded in {embed(out, form, watch)}")
    answer("\n".join([str(made.funnel), *made.notes]), made, as_json=as_json, quiet=quiet)
