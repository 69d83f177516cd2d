"""The card of a trained grounding network: what it learnt from, what it can and cannot do."""

import textwrap
from collections.abc import Sequence
from typing import Any

from sfbench.model.grounding.settings import Settings

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
* All worlds come from one simulator: the held-out world has other seeds (timbres, ways, levels,
  noise), not other instruments.
* It learnt that a sound goes on for much of its clip: it is no detector of single short sounds.
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
        "## Scores in the held-out world\n",
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
        f"{len(settings.vocabulary) - 2} words in prompts. What is told of a clip is what is heard "
        "in it, not when; the times in truth files serve examinations alone."
    )
    held_out = figures["held_out"]["clips"]
    rows = [
        ("learnt from", figures["clips"], "data"),
        ("looked at while training", figures["check"][-1]["marks"]["clips"], "check"),
        ("looked at after the last step", held_out, "held_out"),
    ]
    lines = [f"| {use} | {count} | `{figures['manifests'][role]}` |" for use, count, role in rows]
    return _table(told, "| worlds | clips | manifest sha256 |", "|---|---:|---|", lines)


def _training(figures: dict[str, Any], settings: Settings) -> str:
    return _paragraph(
        f"{settings.steps:,} steps of {settings.batch} clips, seed {settings.seed}, torch "
        f"{figures['versions']['torch']}, on a processor. The loss is the cross entropy of clip "
        "scores (linear softmax of the frames) with what is heard in the clip; the prompts of the "
        f"other clips in a batch are a clip's negatives. {settings.mixed:.0%} of the clips are "
        "mixed with another. Other than upstream, what is scored is not the whole clip but a "
        f"stretch of it, drawn anew each time, of {settings.shortest:.0%} or more: asked for whole "
        "clips, the network may answer in a single frame."
    )


def _curve(looks: Sequence[dict[str, Any]]) -> str:
    rows = [
        f"| {look['step']} | {look['loss']:.3f} | {look['marks']['label_auc']:.3f} "
        f"| {look['marks']['pair_auc']:.3f} | {look['marks']['frame_f1']:.3f} |"
        for look in looks
    ]
    head = "| step | loss | AUC label heard | AUC every pair | F1 of frames |"
    return _table("In the world that is looked at:\n", head, "|---:|---:|---:|---:|---:|", rows)


def _scores(marks: dict[str, Any]) -> str:
    told = {
        "label_auc": 'AUC of "the clip\'s label is heard"; it is not in '
        f"{marks['unlike']} of {marks['clips']} clips",
        "label_f1": "F1 of the same at a clip score of 0.5",
        "pair_auc": "AUC over every clip and every sound's first prompt",
        "frame_f1": "F1 of frames at 0.5, every clip asked for its label",
        "frame_f1_heard": "F1 of frames at 0.5, clips whose label is heard",
        "frame_f1_always": "what saying yes in every frame would get on those",
    }
    rows = [f"| {words} | {marks[name]:.3f} |" for name, words in told.items()]
    return _table("", "| figure | value |", "|---|---:|", rows).lstrip("\n")


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 100, break_on_hyphens=False, break_long_words=False) + "\n"


def _table(told: str, head: str, rule: str, rows: Sequence[str]) -> str:
    return "\n".join([told, head, rule, *rows, ""])
