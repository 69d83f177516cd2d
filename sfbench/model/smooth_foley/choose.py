"""Which networks the settings mean, and what is in their files; nothing is opened yet."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sfbench import store
from sfbench.encoders.mini.clip import FILE, open_mini_clip
from sfbench.encoders.random_weights import random_contents
from sfbench.encoders.square import square
from sfbench.errors import SfbenchError
from sfbench.media.picture import Keep
from sfbench.model.smooth_foley.networks import IMAGE_SIGNATURE, Networks, published_networks
from sfbench.model.smooth_foley.settings import Settings
from sfbench.model.smooth_foley.sized import CLIP, TINY_IMAGE_SIGNATURE, sized_networks
from sfbench.weights.require import require

PARTS = {
    "base": "text-to-audio",
    "autoencoder": "autoencoder",
    "frame_adapter": "frame-adapter",
    "temporal_adapter": "temporal-adapter",
    "label_projection": "label-projection",
    "detector": "onset-detector",
}
"""Parts that a file can be named for, and what the files of the mini weights are called."""

CLIP_WISE = "frame-adapter-clip-wise"
"""The mini adapter that is told of the mean of all pictures."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Networks that are not opened yet.

    Attributes:
        load: Opens them.
        hashes: Hashes of their files, by name; random ones are called so.
        signature: What embeds the pictures.
        keep: What it sees of a picture.
    """

    load: Callable[[], Networks]
    hashes: Mapping[str, str]
    signature: str
    keep: Keep = square


def choose(settings: Settings, device: str, parts: Collection[str] | None = None) -> Choice:
    """Return the networks that the settings mean.

    Args:
        settings: The settings.
        device: Where they run.
        parts: Parts of the mini weights that are needed, where the others may be anything; by
            default all that make a sound under these settings.

    Raises:
        SfbenchError: Weights are missing, or a file that the settings name: the message names all.
    """
    own = _own_files(settings)
    hashes = {name: store.sha256_file(file) for name, file in own.items()}
    if settings.weights == "published":
        holdings = require("foleycrafter" if settings.timing == "detector" else "smooth-foley")
        hashes = {name: str(one.published_sha256) for name, one in holdings.items()} | hashes
        load = partial(published_networks, settings, holdings, device)
        return Choice(load, hashes, IMAGE_SIGNATURE)
    needed = _needed(settings) if parts is None else {*parts}
    if settings.weights == "mini":
        own = _mini_files(settings, needed - {CLIP}) | own
        hashes = {f"mini-{name}": store.sha256_file(file) for name, file in own.items()}
    else:
        hashes = random_contents("smooth-foley") | hashes
    if settings.size != "mini" or CLIP not in needed:
        load = partial(sized_networks, settings, own, device)
        return Choice(load, hashes, TINY_IMAGE_SIGNATURE)
    file = settings.mini_folder / FILE
    clip = open_mini_clip("cpu", file)
    load = partial(sized_networks, settings, own | {CLIP: file}, device)
    return Choice(load, hashes | {"mini-clip": store.sha256_file(file)}, clip.signature, clip.keep)


def _own_files(settings: Settings) -> dict[str, Path]:
    """Return the files that the settings name."""
    files = {name: Path(getattr(settings, name)) for name in PARTS if getattr(settings, name)}
    for name, file in files.items():
        if not file.is_file():
            raise SfbenchError(f"there is no file {file}; type: --set {name}=FILE")
    return files


def _needed(settings: Settings) -> set[str]:
    """Return the parts that make a sound under some settings."""
    timed = {"label": {"temporal_adapter", "label_projection"}, "none": set[str]()}
    told = timed.get(settings.timing, {"temporal_adapter", "detector"})
    seen = {"frame_adapter"} if settings.frame_scale else set[str]()
    looks = {CLIP} if seen or settings.frame_adapter or settings.timing == "label" else set[str]()
    return {"base", "autoencoder"} | told | seen | looks


def _mini_files(settings: Settings, parts: Collection[str]) -> dict[str, Path]:
    """Return the files of `model/mini/` of some parts.

    Raises:
        SfbenchError: One is missing; the message says how to train it.
    """
    folder = settings.mini_folder
    names = PARTS | ({"frame_adapter": CLIP_WISE} if settings.embedding == "mean" else {})
    files = {name: folder / f"{names[name]}.safetensors" for name in parts}
    for name, file in files.items():
        if not file.is_file() and not getattr(settings, name):
            raise SfbenchError(f"there is no {file}; type: sfbench train model/mini.toml")
    return {name: file for name, file in files.items() if not getattr(settings, name)}
