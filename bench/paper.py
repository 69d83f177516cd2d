"""What the protocol `paper` costs, as ratios in one run.

Run: python bench/paper.py DATASET [CLIPS]

DATASET is a folder that `sfbench curate` made. Networks have random weights, which cost what the
published ones do. Printed: bare calls of the networks on sounds that are decoded already, at the
best of three batch sizes; a first system (cold), a second one (the true sounds are embedded), and
the same run again. The peak memory of this
process stands below.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from random_networks import use_random_networks

from sfbench.encoders.cache import EmbeddingCache
from sfbench.eval.evaluate import System, evaluate
from sfbench.eval.protocol import Protocol, read_protocol
from sfbench.eval.senses import Senses
from sfbench.manifest import Manifest, read_manifest
from sfbench.media.read import read_media
from sfbench.model.config import read_config
from sfbench.model.generate import Run, generate

BATCHES = (4, 8, 16)
SAMPLE = 16
"""Clips by which the best batch size is found."""


def main() -> None:
    """Print a row per case: seconds, and the ratio to the bare networks."""
    use_random_networks()
    manifest, protocol = read_manifest(Path(sys.argv[1])), read_protocol("paper")
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        runs = [
            generate(manifest, read_config(name), folder / "runs", limit=limit)
            for name in ("noise", "retrieval")
        ]
        senses = Senses.open(protocol)
        bare = bare_seconds(manifest, runs[0], senses)
        print(f"{len(runs[0].clips)} clips, protocol {protocol.name}", flush=True)
        row("bare networks", bare, bare)
        cache = EmbeddingCache(folder / "cache")
        cold = timed(lambda: score(runs[0], manifest, protocol, cache))
        row("first system, cold", cold, bare)
        second = timed(lambda: score(runs[1], manifest, protocol, cache))
        row("second system", second, bare)
        again = timed(lambda: score(runs[1], manifest, protocol, cache))
        row("unchanged rerun", again, bare)
        print(f"second system: {cold / second:.2f} times faster than the first")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def row(name: str, seconds: float, bare: float) -> None:
    """Print one case."""
    print(f"{name:42}{seconds:9.1f} s{seconds / bare:8.2f} x", flush=True)


def timed(work: Callable[[], object]) -> float:
    """Return how long something takes, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def score(run: Run, manifest: Manifest, protocol: Protocol, cache: EmbeddingCache) -> None:
    """Score a run as `sfbench run` does."""
    system = System(
        model=run.model,
        revision=run.revision,
        folder=run.folder,
        takes=run.takes,
        clips=run.clips,
        dataset=manifest.folder,
        dataset_name=manifest.name,
        manifest_sha256=manifest.sha256,
        weights=run.weights,
    )
    evaluate(system, protocol, cache)


def bare_seconds(manifest: Manifest, run: Run, senses: Senses) -> float:
    """Return how long all networks take on all true and generated sounds, at the best batch."""
    sounds, pictures = decoded(manifest, run, senses)
    few = {name: inputs[:SAMPLE] for name, inputs in (sounds | pictures).items()}
    call(few, senses, BATCHES[0])
    best = min(BATCHES, key=lambda batch: timed(lambda: call(few, senses, batch)))
    return timed(lambda: call(sounds | pictures, senses, best))


def decoded(
    manifest: Manifest, run: Run, senses: Senses
) -> tuple[dict[str, list[np.ndarray]], dict[str, list[np.ndarray]]]:
    """Return what every network hears and sees, by name."""
    wishes = senses.wishes
    rates = {name: wish.rate for name, wish in wishes.sounds.items()}
    media = [
        read_media(
            manifest.folder / clip.video,
            rates=sorted({*rates.values()}),
            every=wishes.every,
            keep=wishes.keep,
        )
        for clip in run.clips
    ]
    made = [
        read_media(run.folder / str(take.audio), rates=sorted({*rates.values()}))
        for take in run.takes
    ]
    sounds = {
        name: [
            one.sound[rate][: 10 * rate] for pair in zip(media, made, strict=True) for one in pair
        ]
        for name, rate in rates.items()
    }
    return sounds, {name: [one.frames for one in media] for name in wishes.pictures}


def call(inputs: dict[str, list[np.ndarray]], senses: Senses, batch: int) -> None:
    """Call every network on its inputs, some clips together."""
    for name, network in senses.all.items():
        for begin in range(0, len(inputs[name]), batch):
            network(inputs[name][begin : begin + batch])


if __name__ == "__main__":
    main()
