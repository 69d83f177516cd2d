"""The whole way on simulated clips: curate, run the baselines, report; no download."""

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

CLIPS = 28
MODELS = ("reference", "retrieval", "noise", "shuffled", "silence")


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo made."""

    curation: Curation
    report: Report


def demo(out: Path, watch: Watch = quiet) -> Demo:
    """Make `out/vgg-c`, `out/runs` and `out/leaderboard` from a small simulated world.

    Raises:
        SfbenchError: `out` holds other work.
    """
    world = open_source("simulated", CLIPS)
    curation = curate(read_recipe(suited(world)), world, out / "vgg-c", how=How(watch=watch))
    manifest, protocol = read_manifest(out / "vgg-c"), read_protocol("basic")
    for model in MODELS:
        run_system(manifest, read_config(model), protocol, out / "runs", watch=watch)
    return Demo(curation, compare_and_report([out / "runs"], out / "leaderboard", watch=watch))
