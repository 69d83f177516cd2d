"""The trainer `wav2clip`: sounds and pictures in, a small ear in the mini CLIP's space out.

As in Wu et al., arXiv 2110.11499, CLIP stays as it is, and a ResNet over the sound's spectrum
learns to embed a sound where CLIP embeds the pictures of its video.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn
from torch.nn.functional import normalize

from sfbench import store
from sfbench.encoders.clip.towers import ClipImage, ClipText
from sfbench.encoders.mini.clip import open_mini_clip, open_mini_clip_text
from sfbench.encoders.wav2clip import Wav2ClipNetwork, zscore
from sfbench.errors import SfbenchError
from sfbench.model.encoders.agree import best, contrast, share
from sfbench.model.encoders.sounds import Samples, stretch, together
from sfbench.model.grounding.exam import auc
from sfbench.model.training.drawn import lessons_to_draw
from sfbench.model.training.lessons import FPS, Lesson
from sfbench.model.training.pack import Telling
from sfbench.model.training.settings import Settings, read_settings
from sfbench.model.training.study import Marks, Study, teach
from sfbench.progress import Watch

NAME = "wav2clip"

_EVERY = 2 * FPS  # pictures: one in 2 s, as the CLIP score looks at videos of 15 per second


class Wav2ClipSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of a training recipe of the trainer `wav2clip`.

    Attributes:
        clip: The mini CLIP's weights, `clip.safetensors`.
        seconds: Length of the stretches that are learnt from.
        gain: Greatest change of a level, in dB, either way.
    """

    clip: str
    seconds: float
    gain: float


class Ear(nn.Module):
    """A Wav2CLIP, and the factor on cosines that training alone needs."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.wav2clip = Wav2ClipNetwork(width)
        self.logit_scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))

    def forward(self, sounds: Tensor) -> Tensor:  # [B, n] to [B, width]
        spectra = zscore(self.wav2clip.log_spectrum(sounds), whole_batch=False)
        embedded: Tensor = self.wav2clip(spectra)
        return embedded


class Eyes:
    """What the mini CLIP, as it is, sees of the clips; each is looked at once."""

    def __init__(self, image: ClipImage) -> None:
        self._image = image
        self._seen: dict[Lesson, Tensor] = {}

    def __call__(self, lessons: Sequence[Lesson]) -> Tensor:
        """Return the mean of the embeddings of each clip's pictures, of unit length, [B, width]."""
        for one in lessons:
            if one not in self._seen:
                with torch.device("cpu"):
                    (seen,) = self._image([one.pictures[::_EVERY]])
                self._seen[one] = normalize(torch.from_numpy(seen["embedding"]), dim=-1).mean(0)
        return torch.stack([self._seen[one] for one in lessons]).to(torch.get_default_device())


def train_wav2clip(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `wav2clip.*` into `out`.

    Args:
        given: The recipe's settings; see `Wav2ClipSettings`.
        out: Where the network and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings, the mini CLIP or a dataset folder cannot be used, or `out`
            holds a training that was begun and `resume` does not say to go on.
    """
    settings = read_settings(given, Wav2ClipSettings)
    weights = Path(settings.clip)
    image, text = open_mini_clip("cpu", weights), open_mini_clip_text("cpu", weights)
    torch.manual_seed(settings.seed)
    network, eyes = Ear(image.outputs["embedding"]), Eyes(image)
    if len(settings.words) < 2:
        raise SfbenchError("a contrast needs two labels or more")
    study = Study(
        name=NAME,
        network=network,
        draw=partial(lessons_to_draw, settings, pictures=True),
        loss=partial(_loss, network, eyes, settings),
        marks=partial(_marks, network, eyes, text, settings),
        state=_published,
        telling=_telling(settings),
        needs={weights.name: store.sha256_file(weights)},
    )
    teach(study, settings, out, resume, watch)


def _loss(
    network: Ear,
    eyes: Eyes,
    settings: Wav2ClipSettings,
    lessons: Sequence[Lesson],
    rng: Generator,
) -> Tensor:
    """Return the contrastive loss of sounds and pictures of clips whose own sound is heard."""
    own = [one for one in lessons if one.own]
    drawn = [own[place] for place in rng.choice(len(own), settings.batch)]
    parts = [stretch(one, settings.seconds, settings.gain, rng).sound for one in drawn]
    labels = np.array([one.shown for one in drawn])
    scale = network.logit_scale.exp().clamp(max=100)
    return contrast(network(together(parts)), eyes(drawn), labels[:, None] == labels, scale)


def _marks(
    network: Ear,
    eyes: Eyes,
    text: ClipText,
    settings: Wav2ClipSettings,
    lessons: Sequence[Lesson],
) -> Marks:
    own = [one for one in lessons if one.own]
    heard = torch.cat([network(together([one.sound])) for one in own])
    cosines = (normalize(heard, dim=-1) @ normalize(eyes(own), dim=-1).T).numpy()
    labels = np.array([one.shown for one in own])
    same = labels[:, None] == labels
    texts = torch.from_numpy(text([said[0] for said in settings.words.values()]))
    right = np.array(list(settings.words))[best(heard, texts)] == labels
    return {
        "clips": len(own),
        "own": float(np.diag(cosines).mean()),
        "others": float(cosines[~same].mean()),
        "pair_auc": auc(cosines.ravel(), same.ravel()),
        "top1": share(right),
        "silence": _of_silence(network, own[0].sound, eyes(own)),
    }


def _of_silence(network: Ear, like: Samples, pictures: Tensor) -> float:
    """Return the mean cosine of the embedding of silence with those of pictures."""
    silence = normalize(network(torch.zeros(1, len(like))), dim=-1)
    return float((normalize(pictures, dim=-1) @ silence.T).mean())


def _published(state: Any) -> dict[str, Tensor]:
    own = "wav2clip."
    return {name.removeprefix(own): value for name, value in state.items() if name.startswith(own)}


def _telling(settings: Wav2ClipSettings) -> Telling:
    return Telling(
        title="mini-wav2clip",
        recipe="wav2clip-mini.toml",
        about=(
            "An embedding of a sound in the space of the mini CLIP's pictures. Same classes as the "
            "published Wav2CLIP (ResNet-18), smaller: an eighth of the channels, and as wide as "
            "the mini CLIP's space."
        ),
        loss=(
            "The mini CLIP stayed as it is. Stretches of "
            f"{settings.seconds:g} s learnt by the contrastive loss of CLIP to lie where the "
            "pictures of their clips lie (one in 2 s, unit length, mean); clips of one label share "
            "their places. Clips in which another sound is heard, or none, were left out."
        ),
        figures={
            "clips": "clips whose own sound is heard",
            "own": "mean cosine of sound and pictures of one clip",
            "others": "mean cosine of sound and pictures of clips of two labels",
            "pair_auc": "AUC of the cosine, pairs of one label against pairs of two",
            "top1": "the label's first prompt is the nearest in the mini CLIP's space, of 20",
            "silence": "mean cosine of digital silence and pictures",
        },
        curve=("own", "others", "pair_auc", "top1"),
    )
