"""Writes a trained encoder: tensors in the published layout, figures and card."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save

from sfbench import __version__, store
from sfbench.manifest import read_manifest
from sfbench.model.training.cycle import Cycle
from sfbench.model.training.halves import halved_state
from sfbench.model.training.progress import Progress
from sfbench.model.training.settings import Settings

if TYPE_CHECKING:
    from sfbench.model.training.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a card says in words.

    Attributes:
        title: Name of the encoder.
        recipe: File in `model/train/`.
        about: What it does, and which published network it stands for.
        loss: What it learnt by.
        figures: What each figure means, by its name.
        curve: Names of the figures that the curve shows.
        limits: Sentences.
    """

    title: str
    recipe: str
    about: str
    loss: str
    figures: Mapping[str, str]
    curve: Sequence[str]
    limits: Sequence[str] = ()


def pack(
    study: "Study",
    settings: Settings,
    *,
    clips: int,
    progress: Progress,
    device: str,
    marks: Mapping[str, Mapping[str, float | None]],
) -> None:
    """Write `NAME.safetensors`, what lies beside it, `NAME.json` and `NAME.md` into a folder.

    Args:
        study: The encoder, trained and halved.
        settings: What it was trained by.
        clips: Clips that it learnt from.
        progress: What it could do while training, and the folder.
        device: Kind of device that it was trained on.
        marks: What it can do in the worlds that were held out, by name.
    """
    tensors = study.state(halved_state(study.network))
    out, weights = progress.folder, save(tensors)
    store.write_bytes(out / f"{study.name}.safetensors", weights)
    for end, text in study.beside.items():
        store.write_text(out / f"{study.name}{end}", text)
    figures = {
        "format": 1,
        "asked": progress.asked,
        "sha256": store.sha256_bytes(weights),
        "bytes": len(weights),
        "numbers": sum(one.numel() for one in tensors.values() if one.is_floating_point()),
        "clips": clips,
        "versions": {"sfbench": __version__, "torch": torch.__version__.partition("+")[0]},
        "device": device,
        "manifests": {
            part: read_manifest(Path(folder)).sha256 for part, folder in settings.folders.items()
        },
        "settings": settings,
        "settings_sha256": store.fingerprint([settings, settings.words]),
        "needs": dict(study.needs),
        "check": [asdict(look) for look in progress.looks],
        "held_out": {name: dict(each) for name, each in marks.items()},
    }
    store.write_json(out / f"{study.name}.json", figures)
    store.write_text(out / f"{study.name}.md", card_text(study.name, study.telling, figures))


def card_text(name: str, telling: Telling, figures: Mapping[str, Any]) -> str:
    """Return the card, in Markdown.

    Args:
        name: Begins the names of the files.
        telling: What it says in words.
        figures: What stands in the figures file.
    """
    size = f"{figures['numbers']:,} numbers, {figures['bytes']:,} bytes"
    sections = [
        f"---\nlicense: apache-2.0\n---\n# {telling.title}\n",
        paragraph(
            f"{telling.about} {size}; kernels, matrices and embeddings are stored in half "
            "precision, and the scores below are those of the stored values. Trained by this "
            "project from first values; no weights of others are in it."
        ),
        f"`{name}.safetensors`: sha256 `{figures['sha256']}`\n",
        *(f"Learnt with `{one}`: sha256 `{sha}`\n" for one, sha in figures["needs"].items()),
        "## Data\n",
        paragraph(
            "Clips of the source `simulated`, CC0, made by `sfbench curate` as the head of "
            f"`model/train/{telling.recipe}` says, and drawn without files where no hash stands. "
            "Truth files say what is shown and heard, and when."
        ),
        _worlds(figures),
        "## Training\n",
        paragraph(
            f"{way(figures)}; settings and prompts `{figures['settings_sha256'][:12]}`. "
            f"{telling.loss}"
        ),
        "In the world that is looked at:\n",
        _curve(telling, figures["check"]),
        "## Scores in the held-out worlds\n",
        paragraph(
            "`seeds` has other seeds than what was learnt from; `timbres` has the same pictures, "
            "and pitches, rates, overtones and noise colours from outside of the ranges that "
            "other worlds draw from (`simulated:SEED:beyond`)."
        ),
        _scores(telling, figures["held_out"]),
        "## Limits\n",
        "".join(f"{item(one)}\n" for one in (*telling.limits, *_LIMITS)),
    ]
    return "\n".join(sections)


_LIMITS = (
    "It knows the simulated world alone: real recordings and pictures are outside of what was "
    "learnt or examined.",
    "All worlds come from one simulator, the held-out ones, too: the kinds of things, and how they "
    "are drawn, are the same.",
    "One run, one seed: the figures carry no interval.",
)


def _worlds(figures: Mapping[str, Any]) -> str:
    sha = figures["manifests"]
    learnt = sha.get("data") or figures["settings"].data
    rows = [
        f"| learnt from ({figures['clips']:,} clips) | `{learnt}` |",
        f"| looked at while training | `{sha['check']}` |",
        *(
            f"| looked at once, after the last step: {name} | `{sha[name]}` |"
            for name in figures["held_out"]
        ),
    ]
    return "\n".join(["| worlds | manifest sha256 |", "|---|---|", *rows, ""])


def _curve(telling: Telling, looks: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        f"| {look['step']} | {look['loss']:.3f} | "
        + " | ".join(figure(look["marks"][name]) for name in telling.curve)
        + " |"
        for look in looks
    ]
    head = f"| step | loss | {' | '.join(telling.figures[name] for name in telling.curve)} |"
    return "\n".join([head, "|---:|---:|" + "---:|" * len(telling.curve), *rows, ""])


def _scores(telling: Telling, worlds: Mapping[str, Mapping[str, float | None]]) -> str:
    rows = [
        f"| {words} | {' | '.join(figure(marks[name]) for marks in worlds.values())} |"
        for name, words in telling.figures.items()
    ]
    head = f"| figure | {' | '.join(f'`{name}`' for name in worlds)} |"
    return "\n".join([head, "|---|" + "---:|" * len(worlds), *rows, ""])


def way(figures: Mapping[str, Any]) -> str:
    """Return in words how a training went that is told by the figures of its card."""
    settings: Cycle = figures["settings"]
    batches = f" × {settings.accumulate}" if settings.accumulate > 1 else ""
    device = figures["device"]
    return (
        f"{figures['check'][-1]['step']:,} steps of {settings.batch}{batches}, seed "
        f"{settings.seed}, torch {figures['versions']['torch']}, on "
        f"{'a processor' if device == 'cpu' else device}"
    )


def figure(value: float | None) -> str:
    """Return a figure as cards write it; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else f"{value}"


def paragraph(text: str) -> str:
    """Return a paragraph of a card, broken into lines."""
    return textwrap.fill(text, 100, break_on_hyphens=False, break_long_words=False) + "\n"


def item(text: str) -> str:
    """Return an item of a list of a card, broken into lines."""
    return textwrap.fill(
        f"* {text}", 100, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False
    )
