"""What one system was told of a clip and made of it."""

from dataclasses import dataclass
from pathlib import Path

from sfbench.clip import Clip
from sfbench.errors import Reason
from sfbench.manifest import Manifest
from sfbench.model.config import GeneratorConfig
from sfbench.model.generate import generate
from sfbench.model.timing import Timing, timing_of
from sfbench.progress import Watch
from sfbench.take import Take


@dataclass(frozen=True, slots=True)
class Looked:
    """What one system was told of a clip and made of it.

    Attributes:
        system: Model and revision.
        title: What figures call it.
        folder: Its run folder.
        take: What it made.
        timing: What it was told of when the clip sounds, or why it was not.
    """

    system: str
    title: str
    folder: Path
    take: Take
    timing: Timing | Reason


def look(
    manifest: Manifest,
    config: GeneratorConfig,
    clip: Clip,
    runs: Path,
    seed: int,
    device: str,
    watch: Watch,
) -> Looked:
    """Return what a system was told of a clip and made of it, now or before.

    Args:
        manifest: The clips.
        config: The system.
        clip: The clip.
        runs: Folder of run folders.
        seed: Seed of the run.
        device: Where networks run.
        watch: Shows progress.

    Raises:
        SfbenchError: The system cannot be set up.
    """
    only = {clip.id}
    run = generate(
        manifest, config, runs, split=clip.split, seed=seed, only=only, device=device, watch=watch
    )
    random = any(name.startswith("random weights") for name in run.weights)
    return Looked(
        system=f"{run.model}@{run.revision}",
        title=f"{run.model} (random weights)" if random else run.model,
        folder=run.folder,
        take=run.takes[0],
        timing=timing_of(manifest, config, clip, device),
    )
