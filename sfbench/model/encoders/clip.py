"""The trainer `clip`: pictures and prompts in, a small CLIP with its card out.

The networks and the loss are those of Radford et al., arXiv 2103.00020. A picture's text is a
prompt of its clip's label; pictures of one label share their texts.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import affine_grid, grid_sample

from sfbench.encoders.clip.merges import CONTEXT, learn_merges, merges_text, small_tokenizer
from sfbench.encoders.clip.tokens import Tokenizer
from sfbench.encoders.clip.towers import normalised
from sfbench.encoders.clip.vit import Geometry, ImageTower, TextTower
from sfbench.encoders.mini.clip import HEAD, NAME
from sfbench.encoders.square import MINI_SIDE
from sfbench.model.encoders.agree import best, contrast, share
from sfbench.model.encoders.first_values import first_values
from sfbench.model.training.lessons import Lesson
from sfbench.model.training.pack import Telling
from sfbench.model.training.settings import Settings, read_settings
from sfbench.model.training.study import Marks, Study, teach
from sfbench.progress import Watch

_TOGETHER = 128  # pictures
_CLEAR = 0.005  # share of the picture

Pictures = NDArray[np.uint8]  # [T, side, side, 3]


class ClipSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of a training recipe of the trainer `clip`.

    Attributes:
        image_width: Width of the image tower, a multiple of 16.
        image_layers: Its blocks.
        text_width: Width of the text tower, a multiple of 16.
        text_layers: Its blocks.
        patch: Side of a patch, in pixels.
        embedding: Width of the shared space.
    """

    image_width: int
    image_layers: int
    text_width: int
    text_layers: int
    patch: int
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


class Clip(nn.Module):
    """Both towers, and the factor on their cosines."""

    def __init__(self, settings: ClipSettings, vocabulary: int) -> None:
        super().__init__()
        self.visual = ImageTower(settings.image, settings.patch, MINI_SIDE)
        self.text = TextTower(settings.text, vocabulary, CONTEXT)
        self.logit_scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))
        first_values(self)


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
    merges = learn_merges([said for prompts in settings.words.values() for said in prompts])
    tokenizer = small_tokenizer(merges)
    torch.manual_seed(settings.seed)
    network = Clip(settings, tokenizer.vocabulary)
    study = Study(
        name=NAME,
        network=network,
        loss=partial(_loss, network, tokenizer, settings),
        marks=partial(_marks, network, tokenizer, settings.words),
        state=_published,
        telling=_telling(settings, tokenizer),
        beside={".merges.txt": merges_text(merges)},
    )
    teach(study, settings, out, resume, watch)


def _loss(
    network: Clip,
    tokenizer: Tokenizer,
    settings: ClipSettings,
    lessons: Sequence[Lesson],
    rng: Generator,
) -> Tensor:
    """Return the contrastive loss of pictures in which an object is seen, and their prompts."""
    seen = [one for one in lessons if (one.area > 0).any()]
    drawn = [seen[place] for place in rng.choice(len(seen), settings.batch)]
    pictures = np.stack([one.pictures[rng.choice(np.flatnonzero(one.area > 0))] for one in drawn])
    labels = sorted({one.shown for one in drawn})
    said = [str(rng.choice(settings.words[label])) for label in labels]
    embedded = network.visual(moved(tensor_of(pictures), rng))
    texts = network.text(torch.from_numpy(tokenizer(said)))
    same = np.array([[one.shown == label for label in labels] for one in drawn])
    return contrast(embedded, texts, same, network.logit_scale.exp().clamp(max=100))


def tensor_of(pictures: Pictures) -> Tensor:
    """Return what a network sees of pictures, [T, 3, side, side]."""
    return torch.from_numpy(np.stack([normalised(picture) for picture in pictures]))


def moved(pictures: Tensor, rng: Generator) -> Tensor:
    """Return pictures, [B, 3, S, S], flipped, scaled, moved and brightened by chance."""
    count = len(pictures)
    scale, flip = rng.uniform(0.8, 1.2, count), rng.choice([-1.0, 1.0], count)
    ways = np.zeros((count, 2, 3), np.float32)
    ways[:, 0, 0], ways[:, 1, 1] = scale * flip, scale
    ways[:, :, 2] = rng.uniform(-0.2, 0.2, (count, 2))
    shape = list(pictures.shape)
    grid = affine_grid(torch.from_numpy(ways), shape, align_corners=False)
    seen = grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)
    brighter = rng.uniform(-0.3, 0.3, (count, 1, 1, 1)).astype(np.float32)
    return seen + torch.from_numpy(brighter)


def _marks(
    network: Clip,
    tokenizer: Tokenizer,
    words: Mapping[str, Sequence[str]],
    lessons: Sequence[Lesson],
) -> Marks:
    """Return the share of pictures whose label's first prompt is the nearest of all."""
    texts = network.text(torch.from_numpy(tokenizer([said[0] for said in words.values()])))
    labels = np.array(list(words))
    found = labels[np.concatenate([best(_seen(network, one.pictures), texts) for one in lessons])]
    right = found == np.repeat([one.shown for one in lessons], [len(one.area) for one in lessons])
    area = np.concatenate([one.area for one in lessons])
    tiny = np.repeat([one.view == "tiny" for one in lessons], [len(one.area) for one in lessons])
    seen = area > 0
    return {
        "pictures": int(seen.sum()),
        "visible": share(right[seen]),
        "clear": share(right[area >= _CLEAR]),
        "small": share(right[seen & (area < _CLEAR)]),
        "tiny_pictures": int((seen & tiny).sum()),
        "tiny": share(right[seen & tiny]),
        "backdrop": share(right[~seen]),
    }


def _seen(network: Clip, pictures: Pictures) -> Tensor:
    parts = np.array_split(pictures, -(-len(pictures) // _TOGETHER))
    return torch.cat([network.visual(tensor_of(part)) for part in parts])


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
            "its own, which make one piece of every word of the prompts (`clip.merges.txt`)."
        ),
        loss=(
            "The loss is CLIP's, where pictures of one label share their texts; a text is one of "
            "the label's prompts. Pictures in which nothing of the object is seen are left out; "
            "the others are flipped, scaled, moved and brightened by chance."
        ),
        figures={
            "pictures": "pictures in which the object is seen",
            "visible": "label top-1, of 20, where the object is seen",
            "clear": "... and covers 0.5 % of the picture or more",
            "small": "... and covers less",
            "tiny_pictures": "pictures of objects 6 to 12 pixels wide, of 320, that are seen",
            "tiny": "label top-1 where such tiny objects are seen",
            "backdrop": "label top-1 where nothing of the object is seen: what the backdrop tells",
        },
        curve=("visible", "clear", "small", "tiny"),
        limits=(
            "CLIP looks at the square in the middle of a picture; an object that is seen at the "
            "edge alone counts as seen and is not looked at.",
            "Backdrops go with labels in the simulated world, so that a part of what it knows is "
            "where a thing is, not what it looks like.",
            "Words that are in no prompt were never learnt.",
            "The curve still rises at its end: it was given few steps, and nine in ten of the "
            "visible objects, which such a tower should name, are not reached. Read "
            "`clip_score.mini` as telling kinds of scenes apart, not single objects.",
        ),
    )
