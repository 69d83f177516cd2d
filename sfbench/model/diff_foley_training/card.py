"""The card of a network of the small Diff-Foley."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfbench.model.diff_foley_training.settings import Settings
from sfbench.model.training.pack import figure, item, paragraph, way

_LIMITS = (
    "It knows the simulated world alone: real recordings and pictures are outside of what was "
    "learnt or examined.",
    "Both worlds come from one simulator: the kinds of things, and how they are drawn, are the "
    "same.",
    "It saw pictures as they are drawn; those of a file went through a codec.",
    "One run, one seed: the figures carry no interval. A low loss is no good sound: score it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a card says in words.

    Attributes:
        title: Its heading.
        about: What the network does.
        loss: What it learnt by.
        figures: What each figure means, by its name.
    """

    title: str
    about: str
    loss: str
    figures: Mapping[str, str]


def card_text(name: str, telling: Telling, figures: Mapping[str, Any]) -> str:
    """Return the card, in Markdown.

    Args:
        name: Begins the names of the files.
        telling: What it says in words.
        figures: What stands in the figures file.
    """
    settings: Settings = figures["settings"]
    size = f"{figures['numbers']:,} numbers, {figures['bytes']:,} bytes"
    sections = [
        f"---\nlicense: apache-2.0\n---\n# {telling.title}\n",
        paragraph(
            f"{telling.about} {size}; kernels, matrices and embeddings are stored in half "
            "precision. Trained by this project from first values; no weights of others are in it."
        ),
        f"`{name}.safetensors`: sha256 `{figures['sha256']}`\n",
        *(f"Learnt with `{one}`: sha256 `{sha}`\n" for one, sha in figures["needs"].items()),
        "## Data\n",
        paragraph(
            f"{settings.clips:,} clips of `{figures['worlds']['learn']}`, and "
            f"{settings.check_clips} of `{figures['worlds']['check']}` to look at, CC0, drawn as "
            "arrays: those whose own sound is heard and whose media would be whole. No clip of a "
            "dataset folder was learnt from."
        ),
        *(f"* {use}: `{sha}`" for use, sha in figures["data_sha256"].items()),
        "\n## Training\n",
        paragraph(
            f"`sfbench train model/train/{name}-mini.toml`: {way(figures)}; settings "
            f"`{figures['settings_sha256'][:12]}`. {telling.loss}"
        ),
        "With the clips that are looked at; the last line is of the values that are stored:\n",
        _curve(telling, figures["check"], figures["stored"]),
        "## Limits\n",
        "\n".join(item(one) for one in _LIMITS),
    ]
    return "\n".join(sections) + "\n"


def _curve(
    telling: Telling, looks: Sequence[Mapping[str, Any]], stored: Mapping[str, float]
) -> str:
    told = [(str(look["step"]), f"{look['loss']:.4f}", look["marks"]) for look in looks]
    rows = [
        f"| {step} | {loss} | {' | '.join(figure(marks[name]) for name in telling.figures)} |"
        for step, loss, marks in [*told, ("stored", "–", stored)]
    ]
    head = f"| step | loss | {' | '.join(telling.figures.values())} |"
    return "\n".join([head, "|---:|---:|" + "---:|" * len(telling.figures), *rows, ""])
