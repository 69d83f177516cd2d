"""The trainer `clip`: a drawn world in, a small CLIP with its card out."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from numpy.random import Generator
from torch import Tensor

from sfbench.encoders.clip.merges import CONTEXT, learn_merges, merges_text, small_tokenizer
from sfbench.encoders.clip.tokens import Tokenizer
from sfbench.encoders.clip.vit import Geometry
from sfbench.encoders.mini.clip import HEAD, NAME
from sfbench.encoders.square import MINI_SIDE
from sfbench.model.encoders.clip.captions import NEARNESS, NOTHING, WORK
from sfbench.model.encoders.clip.loss import clip_loss, draw_batch
from sfbench.model.encoders.clip.marks import FIGURES, clip_marks
from sfbench.model.encoders.clip.network import Clip
from sfbench.model.training.pack import Telling
from sfbench.model.training.progress import Goal
from sfbench.model.training.settings import Settings, read_settings
from sfbench.model.training.sights import Sights, draw_sights
from sfbench.model.training.study import Study, teach
from sfbench.progress import Watch
from sfbench.simulated.world import read_world


class ClipSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of a training recipe of the trainer `clip`.

    Attributes:
        image_width: Width of the image tower, a multiple of 16.
        image_layers: Its blocks.
        text_width: Width of the text tower, a multiple of 16.
        text_layers: Its blocks.
        patch: Side of a patch, in pixels.
        patches: Share of the patches that most batches look at.
        embedding: Width of the shared space.
    """

    image_width: int
    image_layers: int
    text_width: int
    text_layers: int
    patch: int
    patches: float
    embedding: int

    @property
    def image(self) -> Geometry:
        """The sizes of the image tower."""
        return _geometry(self.image_width, self.image_layers, self.embedding)

    @property
    def text(self) -> Geometry:
        """The sizes of the text tower."""
        return _geometry(self.text_width, self.text_layers, self.embedding)


def _geometry(width: int, layers: int, embedding: int) -> Geometry:
    return Geometry(width=width, layers=layers, heads=width // HEAD, embedding=embedding)


def train_clip(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `clip.*` into `out`.

    Args:
        given: The recipe's settings; see `ClipSettings`.
        out: Where the towers, the tokenizer's merges and the card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings or a dataset folder cannot be used, or `out` holds a training
            that was begun and `resume` does not say to go on.
    """
    settings = read_settings(given, ClipSettings)
    words = settings.words
    said = [prompt for prompts in words.values() for prompt in prompts]
    merges = learn_merges([*said, *NEARNESS, *WORK, *NOTHING])
    tokenizer = small_tokenizer(merges)
    torch.manual_seed(settings.seed)
    network = Clip(settings.image, settings.text, settings.patch, tokenizer)
    study = Study(
        name=NAME,
        network=network,
        draw=partial(_drawn, settings),
        loss=partial(_loss, network, settings, words),
        marks=partial(clip_marks, network, words),
        goal=Goal("visible", upward=True),
        state=_published,
        telling=_telling(settings, tokenizer),
        beside={".merges.txt": merges_text(merges)},
    )
    teach(study, settings, out, resume, watch)


def _drawn(settings: ClipSettings, watch: Watch) -> Sights:
    sights = draw_sights(read_world(settings.data), settings.clips, watch)
    settings.require_words(set(sights.names.flat) - {""}, settings.data)
    return sights


def _loss(
    network: Clip,
    settings: ClipSettings,
    words: Mapping[str, Sequence[str]],
    sights: Sights,
    rng: Generator,
) -> Tensor:
    batch = draw_batch(sights, list(words), settings.batch, settings.patches, network.grid, rng)
    return clip_loss(network, words, batch, rng)


def _published(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix("text."): value for name, value in state.items()}


def _telling(settings: ClipSettings, tokenizer: Tokenizer) -> Telling:
    side = MINI_SIDE
    return Telling(
        title="mini-clip",
        recipe="clip-mini.toml",
        about=(
            "Pictures and texts in one space. Same classes as the published CLIP ViT-B/32, "
            f"smaller: pictures of {side} x {side}, patches of {settings.patch}, "
            f"{settings.image_layers} blocks of {settings.image_width}; texts of {CONTEXT} tokens, "
            f"{settings.text_layers} blocks of {settings.text_width}; a space of "
            f"{settings.embedding}. The tokenizer is CLIP's with {len(tokenizer.ranks)} merges of "
            "its own, which make one piece of every word that was learnt (`clip.merges.txt`)."
        ),
        loss=(
            "The loss is CLIP's, where pictures of one label share their texts; a text is one of "
            "the label's prompts, or one of them and how near the thing looks "
            f"({', '.join(f'*{how}*' for how in NEARNESS)}, by its share of the picture) or "
            f"whether it sounds (*{WORK[0]}*, *{WORK[1]}*), or *{NOTHING[0]}*. Patches are asked, "
            "too, which prompt suits what lies on them; nine batches of ten look at "
            f"{settings.patches:.0%} of the patches. Pictures went through JPEG, as those of a "
            "video go through its codec, and were flipped, scaled, moved and relit by chance."
        ),
        figures=FIGURES,
        curve=("visible", "clear", "small", "tiny", "nearness", "loud", "silent"),
        limits=(
            "Backdrops go with labels in the simulated world, so that a part of what it knows is "
            "where a thing is, not what it looks like: the less so, the larger the thing.",
            "CLIP looks at a whole picture, made square: an object 6 to 12 pixels wide, of 320, is "
            "4 to 7 pixels wide in it, too few to tell things of one place apart for certain.",
            "Nine in ten of the visible objects, which such a tower should name, are reached where "
            "they cover 0.5 % of the picture or more, and not over all: far and tiny ones are told "
            "by their backdrop, and often taken for nothing in sight.",
            "Words that are in no prompt were never learnt.",
        ),
    )
