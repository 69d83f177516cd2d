"""Which networks the settings mean, and what is in their files; nothing is opened yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sfbench import store
from sfbench.encoders.random_weights import random_contents
from sfbench.errors import SfbenchError
from sfbench.model.smooth_foley.networks import (
    IMAGE_SIGNATURE,
    TINY_IMAGE_SIGNATURE,
    Networks,
    published_networks,
    random_networks,
)
from sfbench.model.smooth_foley.settings import Settings
from sfbench.weights.require import require


@dataclass(frozen=True, slots=True)
class Choice:
    """Networks that are not opened yet.

    Attributes:
        load: Opens them.
        hashes: Hashes of their files, by name; random ones are called so.
        signature: What embeds the pictures.
    """

    load: Callable[[], Networks]
    hashes: Mapping[str, str]
    signature: str


def choose(settings: Settings, device: str) -> Choice:
    """Return the networks that the settings mean.

    Raises:
        SfbenchError: Weights are missing, or a file that the settings name: the message names all.
    """
    own = _own_files(settings)
    if settings.weights == "random":
        hashes = random_contents("smooth-foley") | own
        return Choice(partial(random_networks, settings, device), hashes, TINY_IMAGE_SIGNATURE)
    holdings = require("foleycrafter" if settings.timing == "detector" else "smooth-foley")
    hashes = {name: str(one.published_sha256) for name, one in holdings.items()} | own
    return Choice(partial(published_networks, settings, holdings, device), hashes, IMAGE_SIGNATURE)


def _own_files(settings: Settings) -> dict[str, str]:
    """Return the hashes of the files that the settings name."""
    names = ("base", "frame_adapter", "temporal_adapter", "label_projection")
    files = {name: Path(getattr(settings, name)) for name in names if getattr(settings, name)}
    for name, file in files.items():
        if not file.is_file():
            raise SfbenchError(f"there is no file {file}; type: --set {name}=FILE")
    return {name: store.sha256_file(file) for name, file in files.items()}
