"""One clip, looked into: when systems are told that it sounds, and what they make of it.

Figures 1 and 4 of Zhang et al., arXiv 2412.18157, for any clip and any systems.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from sfbench.clip import Clip
from sfbench.errors import Reason, SfbenchError
from sfbench.executor import Stage
from sfbench.explain.draw import Subject, Truth, draw_made, draw_told
from sfbench.explain.looked import Looked, look
from sfbench.figure import blank
from sfbench.leaderboard.explained import CONDITION, SOUNDS, Explained, clip_folder, keep
from sfbench.manifest import Manifest
from sfbench.media.level import RATE
from sfbench.media.read import Media, read_media
from sfbench.model.config import GeneratorConfig
from sfbench.progress import Watch, quiet

_HEIGHT = 180  # pixels of a picture


def explain(
    manifest: Manifest,
    configs: Sequence[GeneratorConfig],
    identity: str,
    runs: Path,
    *,
    seed: int = 0,
    device: str = "auto",
    watch: Watch = quiet,
) -> tuple[Path, Explained]:
    """Draw a clip; return the folder of the figures, and what they show.

    Takes that are in the run folders already are not made again.

    Args:
        manifest: The clips.
        configs: The systems.
        identity: The clip's id.
        runs: Folder of run folders; the figures go to `explain/<dataset>/<clip>` in it.
        seed: Seed of the runs.
        device: Where networks run.
        watch: Shows progress.

    Raises:
        SfbenchError: There is no such clip, its media cannot be read, a system cannot be set up, or
            matplotlib is not installed.
    """
    blank(1, 1)
    clip = _find(manifest, identity)
    looked = [look(manifest, config, clip, runs, seed, device, watch) for config in configs]
    subject = Subject(clip, _read(manifest, clip), _truth(manifest, clip))
    folder = clip_folder(runs, manifest, clip.id)
    drawings = [
        *draw_told(folder / CONDITION, subject, looked),
        draw_made(folder / SOUNDS, subject, looked),
    ]
    explained = Explained(
        clip=clip.id,
        manifest_sha256=manifest.sha256,
        systems=tuple(one.system for one in looked),
        drawings=tuple(drawings),
        notes=tuple(_left_out(looked)),
    )
    keep(folder, explained)
    return folder, explained


def _find(manifest: Manifest, identity: str) -> Clip:
    for clip in manifest.clips:
        if clip.id == identity:
            return clip
    some = ", ".join(clip.id for clip in manifest.clips[:3]) or "none"
    raise SfbenchError(
        f"{manifest.folder} has no clip {identity!r}; its {len(manifest.clips)} clips begin with "
        f"{some}; {manifest.folder}/manifest.jsonl lists all"
    )


def _read(manifest: Manifest, clip: Clip) -> Media:
    """Return the clip's sound and pictures; a worker reads them, for media may be anybody's."""
    (outcome,) = Stage("explain", _small).run([manifest.path(clip.video)], 1)
    if outcome.value is None:
        raise SfbenchError(f"{clip.video} cannot be read: {outcome.reason}")
    return outcome.value


def _small(path: Path) -> Media:
    about = read_media(path)
    size = (max(2, round(_HEIGHT * about.width / max(1, about.height))), _HEIGHT)
    return read_media(path, rates=[RATE], every=1, size=size)


def _truth(manifest: Manifest, clip: Clip) -> Truth | None:
    if clip.truth is None:
        return None
    truth: Truth = msgspec.json.decode(manifest.path(clip.truth).read_bytes())
    return truth


def _left_out(looked: Sequence[Looked]) -> list[str]:
    return [
        f"{one.title} has no part in the figure of temporal conditions: {one.timing.detail}"
        for one in looked
        if isinstance(one.timing, Reason)
    ]
