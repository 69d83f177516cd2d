"""Opens Smooth-Foley: checks its settings, finds its weights, or says what to fetch."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sfbench import store
from sfbench.encoders.cache import home_cache
from sfbench.encoders.random_weights import random_contents
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.model.foleycrafter.crop import Crop
from sfbench.model.settings import checked
from sfbench.model.smooth_foley.generator import SmoothFoley
from sfbench.model.smooth_foley.look import Look
from sfbench.model.smooth_foley.networks import (
    IMAGE_SIGNATURE,
    TINY_IMAGE_SIGNATURE,
    Networks,
    published_networks,
    random_networks,
)
from sfbench.model.smooth_foley.settings import Settings
from sfbench.weights.require import require


def open_smooth_foley(
    manifest: Manifest, settings: Mapping[str, Any], *, device: str
) -> SmoothFoley:
    """Return the generator; its networks are opened when they are first needed.

    Raises:
        SfbenchError: A setting cannot be used, or weights are missing: the message names all.
    """
    known = checked(settings, Settings)
    _check_together(known)
    load: Callable[[], Networks]
    if known.weights == "random":
        load, hashes = partial(random_networks, known, device), random_contents("smooth-foley")
        signature = TINY_IMAGE_SIGNATURE
    else:
        holdings = require("foleycrafter" if known.timing == "detector" else "smooth-foley")
        load = partial(published_networks, known, holdings, device)
        hashes = {name: str(one.published_sha256) for name, one in holdings.items()}
        signature = IMAGE_SIGNATURE
    cache = home_cache()
    look = Look(
        manifest=Manifest(manifest.folder, manifest.name, ()),
        cache=cache,
        signature=signature,
        seconds=known.seconds,
        fps=known.fps,
        frames=known.frames,
        crop=Crop(known.detector_antialias) if known.timing == "detector" else None,
    )
    order = _turns(manifest)
    return SmoothFoley(known, look, cache, load, hashes | _own_files(known), order, device)


def _turns(manifest: Manifest) -> dict[str, int]:
    """Return the number of each clip among those of its split."""
    ids: dict[str, list[str]] = {}
    for clip in manifest.clips:
        ids.setdefault(clip.split, []).append(clip.id)
    return {name: turn for split in ids.values() for turn, name in enumerate(split)}


def _own_files(settings: Settings) -> dict[str, str]:
    """Return the hashes of the files that the settings name."""
    names = ("frame_adapter", "temporal_adapter", "label_projection")
    files = {name: Path(getattr(settings, name)) for name in names if getattr(settings, name)}
    for name, file in files.items():
        if not file.is_file():
            raise SfbenchError(f"there is no file {file}; type: --set {name}=FILE")
    return {name: store.sha256_file(file) for name, file in files.items()}


def _check_together(settings: Settings) -> None:
    if "{label}" not in settings.label_template:
        raise SfbenchError("label_template has no {label}; type: --set 'label_template={label}'")
