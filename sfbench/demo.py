"""The whole way on simulated clips: curate, run the mini models, report; no download."""

from dataclasses import dataclass
from pathlib import Path

from sfbench.compare import compare_and_report
from sfbench.curation.curate import Curation, curate
from sfbench.curation.how import How
from sfbench.curation.recipe import read_recipe
from sfbench.curation.sources import open_source, suited
from sfbench.eval.protocol import read_protocol
from sfbench.leaderboard.report import Report
from sfbench.manifest import read_manifest
from sfbench.model.config import read_config
from sfbench.progress import Watch, quiet
from sfbench.run import run_system


@dataclass(frozen=True, slots=True)
class Scale:
    """How much a demo does.

    Attributes:
        clips: Clips of the simulated world; about a third of them are tested with.
        models: Systems to run.
    """

    clips: int
    models: tuple[str, ...]


WHOLE = Scale(
    76,
    (
        "reference",
        "smooth-foley-mini",
        "smooth-foley-mini-clip-wise",
        "smooth-foley-mini-detector",
        "foleycrafter-mini",
        "diff-foley-mini",
        "retrieval",
        "noise",
        "shuffled",
        "silence",
    ),
)
QUICK = Scale(28, ("reference", "smooth-foley-mini", "noise", "silence"))
PROTOCOL = "mini"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo made."""

    curation: Curation
    report: Report


def demo(out: Path, watch: Watch = quiet, scale: Scale = WHOLE) -> Demo:
    """Make `out/vgg-c`, `out/runs` and `out/leaderboard` from a small simulated world.

    Raises:
        SfbenchError: `out` holds other work.
    """
    world = open_source("simulated", scale.clips)
    curation = curate(read_recipe(suited(world)), world, out / "vgg-c", how=How(watch=watch))
    manifest, protocol = read_manifest(out / "vgg-c"), read_protocol(PROTOCOL)
    for model in scale.models:
        run_system(manifest, read_config(model), protocol, out / "runs", watch=watch)
    return Demo(curation, compare_and_report([out / "runs"], out / "leaderboard", watch=watch))
