"""The trainer `clap`: sounds and prompts in, a small CLAP audio tower with its card out.

The audio tower and the loss are those of Wu et al., arXiv 2211.06687. The text tower is CLIP's
class, learns beside it from first values, and is thrown away: no metric reads texts with it.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn

from sfbench.encoders.clap.htsat import BANDS, Geometry, fixed
from sfbench.encoders.clap.sound import SECONDS, ClapNetwork, ten_seconds
from sfbench.encoders.clip.merges import CONTEXT, learn_merges, small_tokenizer
from sfbench.encoders.clip.tokens import Tokenizer
from sfbench.encoders.clip.vit import Geometry as TextGeometry
from sfbench.encoders.clip.vit import TextTower
from sfbench.encoders.mini.clip import HEAD
from sfbench.encoders.mini.sounds import clap_geometry
from sfbench.encoders.spectrum import slaney_bands
from sfbench.model.encoders.agree import best, contrast, share
from sfbench.model.encoders.first_values import first_values
from sfbench.model.encoders.sounds import Samples, stretch, together
from sfbench.model.training.lessons import RATE, Lesson
from sfbench.model.training.pack import Telling
from sfbench.model.training.settings import Settings, read_settings
from sfbench.model.training.study import Marks, Study, teach
from sfbench.progress import Watch

NAME = "clap"

_TRANSFORM = 512
_LOWEST, _HIGHEST = 50.0, 8000.0  # Hz
_LEAST = 5.0  # seconds
_TOGETHER = 16


class ClapSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of a training recipe of the trainer `clap`.

    Attributes:
        width: Width of the first stage, a multiple of 12.
        stages: Number of stages; the last is 8 patches wide at least.
        patch: Side of a patch.
        text_width: Width of the text tower, a multiple of 16.
        text_layers: Its blocks.
        embedding: Width of the shared space.
        gain: Greatest change of a level, in dB, either way.
    """

    width: int
    stages: int
    patch: int
    text_width: int
    text_layers: int
    embedding: int
    gain: float

    @property
    def geometry(self) -> Geometry:
        """The sizes of the audio tower."""
        return clap_geometry(self.width, self.patch, _TRANSFORM, self.stages)

    @property
    def text(self) -> TextGeometry:
        """The sizes of the text tower."""
        return TextGeometry(
            width=self.text_width,
            layers=self.text_layers,
            heads=self.text_width // HEAD,
            embedding=self.embedding,
        )


class Pair(nn.Module):
    """Both towers, and the factor on their cosines."""

    def __init__(self, settings: ClapSettings, vocabulary: int) -> None:
        super().__init__()
        self.audio = ClapNetwork(settings.geometry, settings.embedding)
        self.text = TextTower(settings.text, vocabulary, CONTEXT)
        self.logit_scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))
        first_values(self)
        branch = self.audio.audio_branch
        branch.window = torch.hann_window(_TRANSFORM)
        branch.bands = slaney_bands(RATE, _TRANSFORM, BANDS, _LOWEST, _HIGHEST).clone()
        for name, value in fixed(settings.geometry).items():
            branch.get_buffer(name).copy_(value)


def train_clap(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `clap.*` into `out`.

    Args:
        given: The recipe's settings; see `ClapSettings`.
        out: Where the audio tower and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings or a dataset folder cannot be used, or `out` holds a training
            that was begun and `resume` does not say to go on.
    """
    settings = read_settings(given, ClapSettings)
    said = [prompt for prompts in settings.words.values() for prompt in prompts]
    tokenizer = small_tokenizer(learn_merges(said))
    torch.manual_seed(settings.seed)
    network = Pair(settings, tokenizer.vocabulary)
    study = Study(
        name=NAME,
        network=network,
        loss=partial(_loss, network, tokenizer, settings),
        marks=partial(_marks, network, tokenizer, settings.words),
        state=_published,
        telling=_telling(settings),
    )
    teach(study, settings, out, resume, watch)


def _loss(
    network: Pair,
    tokenizer: Tokenizer,
    settings: ClapSettings,
    lessons: Sequence[Lesson],
    rng: Generator,
) -> Tensor:
    """Return the contrastive loss of sounds of 5 to 10 s and prompts for what is heard in them."""
    heard = [one for one in lessons if one.heard]
    drawn = [heard[place] for place in rng.choice(len(heard), settings.batch)]
    parts = [stretch(one, rng.uniform(_LEAST, SECONDS), settings.gain, rng) for one in drawn]
    labels = sorted({str(one.heard) for one in drawn})
    said = [str(rng.choice(settings.words[label])) for label in labels]
    texts = network.text(torch.as_tensor(tokenizer(said)))
    same = np.array([[one.heard == label for label in labels] for one in drawn])
    scale = network.logit_scale.exp().clamp(max=100)
    return contrast(_hear(network, [part.sound for part in parts]), texts, same, scale)


def _hear(network: Pair, sounds: Sequence[Samples]) -> Tensor:
    embedded: Tensor = network.audio(
        together([ten_seconds(sound, SECONDS * RATE) for sound in sounds])
    )
    return embedded


def _marks(
    network: Pair,
    tokenizer: Tokenizer,
    words: Mapping[str, Sequence[str]],
    lessons: Sequence[Lesson],
) -> Marks:
    """Return the share of clips whose sound's first prompt is the nearest of all."""
    texts = network.text(torch.from_numpy(tokenizer([said[0] for said in words.values()])))
    heard, labels = [one for one in lessons if one.heard], np.array(list(words))
    parts = [heard[begin : begin + _TOGETHER] for begin in range(0, len(heard), _TOGETHER)]
    embedded = torch.cat([_hear(network, [one.sound for one in part]) for part in parts])
    right = labels[best(embedded, texts)] == np.array([one.heard for one in heard])
    return {"clips": len(heard), "top1": share(right)}


def _published(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the audio tower's tensors without those that follow from its sizes."""
    own, derived = "audio.", ("attn_mask", "relative_position_index")
    return {
        name.removeprefix(own): value
        for name, value in state.items()
        if name.startswith(own) and not name.endswith(derived)
    }


def _telling(settings: ClapSettings) -> Telling:
    geometry = settings.geometry
    stages = ", ".join(str(geometry.width << stage) for stage in range(len(geometry.depths)))
    return Telling(
        title="mini-clap",
        recipe="clap-mini.toml",
        about=(
            "An embedding of 10 s of sound in a space that was shared with texts. Same classes as "
            f"the published LAION-CLAP audio tower (HTS-AT), smaller: 16 kHz, patches of "
            f"{settings.patch}, stages of {stages} with two blocks each, an embedding of "
            f"{settings.embedding}."
        ),
        loss=(
            "It learnt by the contrastive loss of CLIP which prompt fits stretches of 5 to 10 s, "
            "where sounds of one label share their prompts. The text tower learnt beside it and is "
            "not kept."
        ),
        figures={
            "clips": "clips in which a labelled sound is heard",
            "top1": "the label's first prompt is the nearest, of 20",
        },
        curve=("top1",),
    )
