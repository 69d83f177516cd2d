"""Figures and card of a trained part: what it begins from, what it learnt from, what it scored."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import accelerate
import diffusers
import torch

from sfbench import __version__, store
from sfbench.encoders.random_weights import NOTE
from sfbench.model.training.progress import Progress
from sfbench.model.tuning.materials import Materials
from sfbench.model.tuning.settings import Settings

_MINI = (
    "Mini weights: a small network, trained by this project from first values on its simulated "
    "world alone. License: Apache-2.0."
)

_USED_AS = {
    "frame-adapter": "frame_adapter",
    "temporal-adapter": "temporal_adapter",
    "frame-adapter-clip-wise": "frame_adapter",
    "text-to-audio": "base",
    "autoencoder": "autoencoder",
    "label-projection": "label_projection",
    "onset-detector": "detector",
}


def asked_of(name: str, settings: Settings, materials: Materials) -> dict[str, Any]:
    """Return all that a training depends on: settings, data and what it begins from."""
    return {
        "name": name,
        "settings_sha256": store.fingerprint(settings),
        "data_sha256": materials.data_sha256,
        "begins": dict(materials.begins),
        "processes": materials.accelerator.num_processes,
    }


def pack(
    out: Path,
    name: str,
    file: Path,
    settings: Settings,
    materials: Materials,
    progress: Progress,
) -> None:
    """Write `NAME.json` and `NAME.md` into `out`.

    Args:
        out: The folder.
        name: Name of the part.
        file: File of its weights, within the folder.
        settings: What it was trained by.
        materials: What it was trained with.
        progress: What was seen meanwhile.
    """
    figures = {
        "format": 1,
        "asked": progress.asked,
        "file": file.relative_to(out).as_posix(),
        "sha256": store.sha256_file(file),
        "bytes": file.stat().st_size,
        **asked_of(name, settings, materials),
        "settings": settings,
        "clips": len(materials.learn),
        "check_clips": len(materials.check),
        "skipped": materials.skipped,
        "versions": {
            "sfbench": __version__,
            "torch": torch.__version__.partition("+")[0],
            "diffusers": diffusers.__version__,
            "accelerate": accelerate.__version__,
        },
        "check": [asdict(look) for look in progress.looks],
    }
    store.write_json(out / f"{name}.json", figures)
    store.write_text(out / f"{name}.md", card_text(figures))


def card_text(figures: Mapping[str, Any]) -> str:
    """Return the card, in Markdown.

    Args:
        figures: What stands in the figures file.
    """
    settings: Settings = figures["settings"]
    name, steps = figures["name"], figures["check"][-1]["step"]
    note = {"random": NOTE, "mini": _MINI}.get(settings.networks.weights)
    skipped = ", ".join(f"{count} {code}" for code, count in sorted(figures["skipped"].items()))
    parts = [
        f"# {name}\n",
        *([_paragraph(note)] if note else []),
        f"`{figures['file']}`: sha256 `{figures['sha256']}`, {figures['bytes']:,} bytes. Use it:\n",
        f"    sfbench run --model smooth-foley --set {_USED_AS[name]}={figures['file']}\n",
        "## Data\n",
        _paragraph(
            f"{figures['clips']} clips of `{settings.data}` (split {settings.split}), and "
            f"{figures['check_clips']} of other recordings to look at; skipped: "
            f"{skipped or 'none'}. All that was told of them: `{figures['data_sha256']}`."
        ),
        "## Training\n",
        _paragraph(
            f"{steps:,} steps of {settings.batch} × {settings.accumulate} clips on "
            f"{figures['processes']} device(s), seed {settings.seed}, precision "
            f"{settings.precision}; settings `{figures['settings_sha256']}`."
        ),
        "It began from:\n",
        *(f"* {file}: `{sha}`" for file, sha in figures["begins"].items()),
        "",
        _curve(figures["check"]),
        "## Limits\n",
        _paragraph(
            "One run, one seed: the figures carry no interval. A low loss is no good sound: score "
            "it. The licence of what it began from and of the data holds for it, too."
        ),
    ]
    return "\n".join(parts)


def _curve(looks: Sequence[Mapping[str, Any]]) -> str:
    marks = list(looks[0]["marks"])
    rows = [
        f"| {look['step']} | {look['loss']:.4f} | "
        + " | ".join(_figure(look["marks"][mark]) for mark in marks)
        + " |"
        for look in looks
    ]
    head = f"| step | loss | {' | '.join(marks)} |"
    return "\n".join([head, "|---:|---:|" + "---:|" * len(marks), *rows, ""])


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 100, break_on_hyphens=False, break_long_words=False) + "\n"
