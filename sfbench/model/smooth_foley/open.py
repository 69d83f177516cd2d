"""Opens Smooth-Foley: checks its settings, finds its weights, or says what to fetch."""

from collections.abc import Mapping
from typing import Any

from sfbench.encoders.cache import home_cache
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.model.foleycrafter.crop import Crop
from sfbench.model.recordings import Files
from sfbench.model.settings import checked
from sfbench.model.smooth_foley.choose import choose
from sfbench.model.smooth_foley.generator import SmoothFoley
from sfbench.model.smooth_foley.look import Look
from sfbench.model.smooth_foley.settings import Settings


def open_smooth_foley(
    manifest: Manifest, settings: Mapping[str, Any], *, device: str
) -> SmoothFoley:
    """Return the generator; its networks are opened when they are first needed.

    Raises:
        SfbenchError: A setting cannot be used, or weights are missing: the message names all.
    """
    known = checked(settings, Settings)
    _check_together(known)
    choice = choose(known, device)
    cache = home_cache()
    look = Look(
        recordings=Files(manifest.folder),
        cache=cache,
        signature=choice.signature,
        seconds=known.seconds,
        fps=known.fps,
        frames=known.frames,
        crop=Crop(known.detector_antialias) if known.timing == "detector" else None,
        keep=choice.keep,
    )
    order = _turns(manifest)
    return SmoothFoley(known, look, cache, choice.load, choice.hashes, order, device)


def _turns(manifest: Manifest) -> dict[str, int]:
    """Return the number of each clip among those of its split."""
    ids: dict[str, list[str]] = {}
    for clip in manifest.clips:
        ids.setdefault(clip.split, []).append(clip.id)
    return {name: turn for split in ids.values() for turn, name in enumerate(split)}


def _check_together(settings: Settings) -> None:
    if settings.weights == "mini" and settings.size != "mini":
        raise SfbenchError("mini weights are of the size mini; type: --set size=mini")
    if "{label}" not in settings.label_template:
        raise SfbenchError("label_template has no {label}; type: --set 'label_template={label}'")
