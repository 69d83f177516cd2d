"""A manifest for a folder of sounds or videos that nobody curated: what `sfbench score` needs."""

from pathlib import Path

from sfbench import store
from sfbench.clip import SAFE_ID, Clip
from sfbench.errors import SfbenchError
from sfbench.executor import Stage
from sfbench.manifest import Manifest
from sfbench.media.container import DEMUXERS
from sfbench.media.level import RATE
from sfbench.media.read import read_media
from sfbench.progress import Watch, quiet


def loose_manifest(folder: Path, watch: Watch = quiet) -> Manifest:
    """Return a manifest whose clips are the media files of a folder, named by their stems.

    A file that cannot be read stays in, 0 s long: it fails when it is scored, and is counted.

    Raises:
        SfbenchError: There is no such folder, it holds no media, or two files share a name.
    """
    paths = media_files(folder)
    stage = Stage("reference", _clip)
    outcomes = watch(stage.run(paths), len(paths), "reference")
    clips = [outcome.value or _clip_of(outcome.item, 0.0) for outcome in outcomes]
    return Manifest(folder, folder.resolve().name, tuple(sorted(clips, key=lambda clip: clip.id)))


def media_files(folder: Path) -> list[Path]:
    """Return the media files of a folder, sorted.

    Raises:
        SfbenchError: There is no such folder, it holds no media, or two files share a name.
    """
    if not folder.is_dir():
        raise SfbenchError(f"there is no folder {folder}")
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in DEMUXERS and p.is_file())
    if not paths:
        raise SfbenchError(f"{folder} holds no sounds or videos ({' '.join(sorted(DEMUXERS))})")
    stems = [path.stem for path in paths]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise SfbenchError(f"{folder} holds {twice[0]!r} twice; keep one file of each name")
    unsafe = [stem for stem in stems if not SAFE_ID.fullmatch(stem)]
    if unsafe:
        raise SfbenchError(
            f"{folder}: rename {unsafe[0]!r}; names may have letters, digits, '_' and '-' only"
        )
    return paths


def unpaired(reference: Path, generated: Path) -> list[str]:
    """Return a note for generated files that no reference file is named like, if any."""
    known = {path.stem for path in media_files(reference)}
    extra = sorted(path.stem for path in media_files(generated) if path.stem not in known)
    if not extra:
        return []
    return [f"{len(extra)} generated files have no reference and were left out: {extra[0]} …"]


def _clip(path: Path) -> Clip:
    return _clip_of(path, read_media(path, rates=(RATE,)).seconds)


def _clip_of(path: Path, seconds: float) -> Clip:
    return Clip(
        id=path.stem,
        label=None,
        split="test",
        video=path.name,
        sha256=store.sha256_file(path),
        seconds=round(seconds, 3),
    )
