"""Generate, then evaluate: the story of `sfbench run`, and of `sfbench score`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sfbench.encoders.cache import home_cache
from sfbench.eval.evaluate import System, evaluate
from sfbench.eval.loose import loose_manifest, unpaired
from sfbench.eval.protocol import Protocol, read_protocol
from sfbench.eval.senses import Backend
from sfbench.manifest import Manifest
from sfbench.model.config import GeneratorConfig, read_config
from sfbench.model.generate import WHOLE, Run, generate
from sfbench.progress import Watch, quiet
from sfbench.result import Failure, Result
from sfbench.shard import Shard


@dataclass(frozen=True, slots=True)
class Ran:
    """A run folder, and its result if it was scored."""

    run: Run
    result: Result | None

    @property
    def failures(self) -> list[Failure]:
        """Clips without a score, or without a take where nothing was scored."""
        if self.result is not None:
            return self.result.failures
        return [Failure(id=take.id, reason=take.reason) for take in self.run.takes if take.reason]


def run_system(
    manifest: Manifest,
    config: GeneratorConfig,
    protocol: Protocol | None,
    runs: Path,
    *,
    split: str = "test",
    limit: int | None = None,
    seed: int = 0,
    shard: Shard = WHOLE,
    batch: int | None = None,
    notes: Sequence[str] = (),
    device: str = "auto",
    backend: Backend = "sfbench",
    watch: Watch = quiet,
) -> Ran:
    """Make a system's takes and score them by a protocol, or not at all if that is None.

    A shard's takes are not scored: numbers are of all clips.

    Raises:
        SfbenchError: The split is empty, the generator cannot be set up, or no clip has a score.
    """
    run = generate(
        manifest,
        config,
        runs,
        split=split,
        limit=limit,
        seed=seed,
        shard=shard,
        batch=batch,
        device=device,
        watch=watch,
    )
    if protocol is None or shard != WHOLE:
        return Ran(run, None)
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
        notes=[*notes, *run.notes],
    )
    result = evaluate(system, protocol, home_cache(), device=device, backend=backend, watch=watch)
    return Ran(run, result)


def score_folders(
    reference: Path,
    generated: Path,
    protocol: str,
    runs: Path,
    *,
    device: str = "auto",
    backend: Backend = "sfbench",
    watch: Watch = quiet,
) -> Ran:
    """Score a folder of generated sounds against a folder of true ones, paired by file name.

    Raises:
        SfbenchError: A folder is missing or empty, or no file has a score.
    """
    chosen, notes = read_protocol(protocol), unpaired(reference, generated)
    manifest = loose_manifest(reference, watch)
    config = read_config(f"folder:{generated}")
    return run_system(
        manifest, config, chosen, runs, notes=notes, device=device, backend=backend, watch=watch
    )
