"""The card of a trained grounding network: what it learnt from, what it can and cannot do."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from sfbench.model.grounding.settings import Settings
from sfbench.model.training.pack import way

_HEAD = """\
---
license: apache-2.0
tags: [text-to-audio-grounding, sound-event-detection]
---
# grounding-mini
"""

_LIMITS = """\
* It knows the sounds of the simulated world and the words of its own prompts, nothing else: real
  recordings, other sounds and other words are outside of what was learnt or examined.
* All worlds come from one simulator, the held-out ones, too: they have other seeds, and one has
  timbres that no other draw can have, but the kinds of sounds are the same.
* One run, one seed: the figures carry no interval.
"""


def card_text(figures: dict[str, Any], settings: Settings) -> str:
    """Return the card, in Markdown.

    Args:
        figures: What `pack` writes as `grounding.json`.
        settings: What the network was trained by.
    """
    sections = [
        _HEAD,
        _about(figures, settings),
        "## Data\n",
        _data(figures, settings),
        "## Training\n",
        _training(figures, settings),
        _curve(figures["check"]),
        "## Scores in the held-out worlds\n",
        _scores(figures["held_out"]),
        "## Limits\n",
        _LIMITS,
    ]
    return "\n".join(sections)


def _about(figures: dict[str, Any], settings: Settings) -> str:
    told = _paragraph(
        "Hears, 25 times a second, whether the sound that a prompt describes is there. Same "
        "classes as the published `cnn8rnn-w2vmean-audiocaps-grounding`, smaller: "
        f"{figures['parameters']:,} parameters, {figures['bytes']:,} bytes, {settings.rate:,} Hz. "
        "Kernels and embeddings are stored in half precision; the scores below are those of the "
        "stored values. Trained by this project from first values; no other weights are in it."
    )
    return f"{told}\n`grounding.safetensors`: sha256 `{figures['sha256']}`\n"


def _data(figures: dict[str, Any], settings: Settings) -> str:
    told = _paragraph(
        "Clips of the source `simulated`, CC0, made by `sfbench curate` as the head of "
        f"`model/train/grounding-mini.toml` says: {len(settings.prompts)} sounds, "
        f"{len(settings.vocabulary) - 2} words in prompts. Truth files say what is heard in a clip "
        "and when."
    )
    rows = [
        ("learnt from", figures["clips"], "data"),
        ("looked at while training", figures["check"][-1]["marks"]["clips"], "check"),
        *(
            (f"looked at once, after the last step: {name}", marks["clips"], name)
            for name, marks in figures["held_out"].items()
        ),
    ]
    lines = [f"| {use} | {count} | `{figures['manifests'][role]}` |" for use, count, role in rows]
    return _table(told, "| worlds | clips | manifest sha256 |", "|---|---:|---|", lines)


def _training(figures: dict[str, Any], settings: Settings) -> str:
    return _paragraph(
        f"{way(figures)}. The loss is the cross entropy of the "
        f"scores of frames with what is heard in them, in stretches of {settings.seconds:g} s; the "
        "prompts of the other clips in a batch are a clip's negatives. "
        f"{settings.mixed:.0%} of the clips are mixed with another. Other than the published "
        "network, which learnt from captions of whole clips, it is told when each sound is there."
    )


_LOOKED_AT = ("label_auc", "pair_auc", "frame_f1", "silent_f1")


def _curve(looks: Sequence[dict[str, Any]]) -> str:
    rows = [
        f"| {look['step']} | {look['loss']:.3f} | "
        + " | ".join(_figure(look["marks"][name]) for name in _LOOKED_AT)
        + " |"
        for look in looks
    ]
    head = "| step | loss | AUC label heard | AUC every pair | F1 of frames | F1 of silent frames |"
    return _table(
        "In the world that is looked at:\n", head, "|---:|---:|---:|---:|---:|---:|", rows
    )


_FIGURES = {
    "label_auc": 'AUC of "the clip\'s label is heard"',
    "label_f1": "F1 of the same at a clip score of 0.5",
    "pair_auc": "AUC over every clip and every sound's first prompt",
    "frame_f1": "F1 of frames at 0.5, every clip asked for its label",
    "frame_f1_always": "... of saying yes in every frame",
    "heard_f1": "F1 of frames at 0.5, clips whose label is heard",
    "heard_f1_always": "... of saying yes in every frame",
    "silent_f1": "F1 of silent frames in clips whose label is heard",
    "balanced": "balanced accuracy of frames in clips whose label is heard",
    "frame_auc": "AUC of frames in clips whose label is heard",
}


def _scores(worlds: Mapping[str, dict[str, Any]]) -> str:
    """Return the table of figures, a column for each world."""
    told = _paragraph(
        "`seeds` has other seeds than what was learnt from; `timbres` also has pitches, rates, "
        "overtones and noise colours from outside of the ranges that other worlds draw from "
        "(`simulated:SEED:beyond`). A sound fills most of its clip, so saying yes in every frame "
        "scores high, and the last three figures say what is worth more."
    )
    clips = " | ".join(
        f"{marks['clips'] - marks['unlike']} / {marks['clips']}" for marks in worlds.values()
    )
    rows = [
        f"| clips whose label is heard / clips | {clips} |",
        *(
            f"| {words} | {' | '.join(_figure(marks[name]) for marks in worlds.values())} |"
            for name, words in _FIGURES.items()
        ),
    ]
    head = f"| figure | {' | '.join(f'`{name}`' for name in worlds)} |"
    return _table(told, head, "|---|" + "---:|" * len(worlds), rows)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 100, break_on_hyphens=False, break_long_words=False) + "\n"


def _table(told: str, head: str, rule: str, rows: Sequence[str]) -> str:
    return "\n".join([told, head, rule, *rows, ""])
