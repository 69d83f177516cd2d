"""Writes a trained network: tensors in the published layout, vocabulary, figures and card."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save

from sfbench import __version__, store
from sfbench.encoders.grounding.network import GroundingNetwork, published_layout
from sfbench.manifest import read_manifest
from sfbench.model.grounding.card import card_text
from sfbench.model.grounding.exam import Marks
from sfbench.model.grounding.settings import Settings
from sfbench.model.training.halves import halved_state
from sfbench.model.training.progress import Progress

NAME = "grounding"


def pack(
    network: GroundingNetwork,
    settings: Settings,
    *,
    learn: int,
    progress: Progress,
    device: str,
    marks: Mapping[str, Marks],
) -> None:
    """Write `grounding.safetensors`, `.vocab.json`, `.json` and `.md` into a folder.

    Args:
        network: The trained network, halved.
        settings: What it was trained by.
        learn: Clips that it learnt from.
        progress: What it could do while training, and the folder.
        device: Kind of device that it was trained on.
        marks: What it can do in the worlds that were held out, by name.
    """
    out, weights = progress.folder, save(published_layout(halved_state(network)))
    store.write_bytes(out / f"{NAME}.safetensors", weights)
    store.write_json(out / f"{NAME}.vocab.json", settings.vocabulary.rows)
    figures = {
        "format": 1,
        "asked": progress.asked,
        "sha256": store.sha256_bytes(weights),
        "bytes": len(weights),
        "parameters": sum(value.numel() for value in network.parameters()),
        "clips": learn,
        "versions": {"sfbench": __version__, "torch": torch.__version__.partition("+")[0]},
        "device": device,
        "manifests": {
            role: read_manifest(Path(folder)).sha256 for role, folder in _folders(settings).items()
        },
        "settings": settings,
        "check": [asdict(look) for look in progress.looks],
        "held_out": {name: asdict(each) for name, each in marks.items()},
    }
    store.write_json(out / f"{NAME}.json", figures)
    store.write_text(out / f"{NAME}.md", card_text(figures, settings))


def _folders(settings: Settings) -> dict[str, str]:
    return {"data": settings.data, "check": settings.check, **settings.held_out}
