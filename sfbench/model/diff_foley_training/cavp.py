"""The trainer `cavp`: features of pictures and of sound that agree where they belong together.

Two contrasts in one loss: of the segments of a batch, which are of one clip (semantic), and of the
segments of one clip, which are of one time (temporal).

Source: Luo et al., arXiv 2306.17203, section 3.1.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from sfbench.model.diff_foley.cavp import Cavp
from sfbench.model.diff_foley.mini import CAVP
from sfbench.model.diff_foley_training.card import Telling
from sfbench.model.diff_foley_training.clips import COLUMNS_A_PICTURE, Clips, column, draw_both
from sfbench.model.diff_foley_training.settings import CavpSettings
from sfbench.model.diff_foley_training.teach import Part, teach
from sfbench.model.encoders.agree import best, contrast
from sfbench.model.settings import checked
from sfbench.model.training.progress import Goal
from sfbench.progress import Watch

_STEEPEST = 100.0  # factor on cosines, as of CLIP


def train_cavp(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `diff-foley-cavp.*` into `out`.

    Args:
        given: The recipe's settings; see `CavpSettings`.
        out: Where the network and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: The settings cannot be used, or `out` holds a training that was begun and
            `resume` does not say to go on.
    """
    settings = checked(given, CavpSettings)
    learn, check = draw_both(settings, watch)
    torch.manual_seed(settings.seed)
    network = Cavp(settings.geometry)
    part = Part(
        name=CAVP,
        network=network,
        loss=partial(_loss, network, settings, learn),
        marks=partial(_marks, network, settings, check),
        goal=Goal("clip_top1", upward=True),
        telling=_telling(settings),
    )
    teach(part, settings, learn, check, out, resume, watch)


def _loss(network: Cavp, settings: CavpSettings, clips: Clips, rng: Generator) -> Tensor:
    places = rng.choice(len(clips), settings.batch, replace=len(clips) < settings.batch)
    begins = _begins(clips, settings, rng.random((settings.batch, settings.segments)))
    seen, heard = embedded(network, clips, places, begins, settings.frames)
    scale = network.logit_scale.exp().clamp(max=_STEEPEST)
    kinds = clips.labels[places] if settings.kinds else np.arange(len(places))
    alike, own = kinds[:, None] == kinds, np.eye(settings.segments, dtype=np.bool_)
    across = [contrast(seen[:, one], heard[:, one], alike, scale) for one in range(len(own))]
    along = [contrast(*pair, own, scale) for pair in zip(seen, heard, strict=True)]
    return torch.stack(across).mean() + settings.temporal * torch.stack(along).mean()


def _begins(clips: Clips, settings: CavpSettings, chance: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return where segments begin, [B, S]: one in each of S equal parts of the clip."""
    room = clips.pictures.shape[1] - settings.frames
    parts = (np.arange(settings.segments) + chance) / settings.segments
    begins: NDArray[np.int64] = np.floor(parts * room).astype(np.int64)
    return begins


def embedded(
    network: Cavp,
    clips: Clips,
    places: NDArray[np.int64],
    begins: NDArray[np.int64],
    frames: int,
) -> tuple[Tensor, Tensor]:
    """Return features of pictures and of sound of segments, of length 1, [B, S, feature] each.

    Args:
        network: The network.
        clips: The clips.
        places: Which clips, [B].
        begins: Pictures at which their segments begin, [B, S].
        frames: Pictures of a segment.
    """
    columns = int(frames * COLUMNS_A_PICTURE)
    pairs = [(clip, int(begin)) for clip, row in zip(places, begins, strict=True) for begin in row]
    pictures = np.stack([clips.pictures[clip, one : one + frames] for clip, one in pairs])
    mels = np.stack([clips.mels[clip, :, column(one) :][:, :columns] for clip, one in pairs])
    video = torch.as_tensor(pictures).permute(0, 1, 4, 2, 3) / 255
    seen = network.embed_video(video).mean(1)
    heard = network.embed_sound(torch.as_tensor(mels.astype(np.float32))).mean(1)
    shape = (*begins.shape, -1)
    return normalize(seen, dim=-1).reshape(shape), normalize(heard, dim=-1).reshape(shape)


def _marks(network: Cavp, settings: CavpSettings, clips: Clips) -> dict[str, float]:
    """Return how often the nearest sound is of a segment's kind, of its clip, and of its time."""
    begins = _begins(clips, settings, np.full((len(clips), settings.segments), 0.5))
    seen, heard = embedded(network, clips, np.arange(len(clips)), begins, settings.frames)
    times = np.arange(settings.segments)
    nearest = np.stack([best(seen[:, one], heard[:, one]) for one in times])
    along = [best(*pair) == times for pair in zip(seen, heard, strict=True)]
    return {
        "label_top1": float((clips.labels[nearest] == clips.labels).mean()),
        "clip_top1": float((nearest == np.arange(len(clips))).mean()),
        "time_top1": float(np.mean(along)),
        "own_cosine": float((seen * heard).sum(-1).mean()),
    }


def _telling(settings: CavpSettings) -> Telling:
    return Telling(
        title="mini Diff-Foley: CAVP",
        about=(
            "Features of a silent video, 4 a second, and of sound, in one space. Same classes as "
            "Diff-Foley's CAVP (SlowOnly and Cnn14), smaller: pictures of "
            f"{settings.geometry.picture} pixels, a stem of {settings.geometry.stem} channels, "
            f"features of {settings.geometry.feature}."
        ),
        loss=(
            f"Segments of {settings.frames} pictures, {settings.segments} from each clip, learnt "
            "by the contrastive loss of CLIP to lie where their own sound lies: against the other "
            f"clips of the batch, and, with weight {settings.temporal:g}, against the other times "
            "of their clip. Features of a segment are averaged. "
            + ("Clips of one label are no contrast." if settings.kinds else "No label is told.")
        ),
        figures={
            "label_top1": f"the nearest sound of {settings.check_clips} clips' is of its label",
            "clip_top1": "... is the segment's own",
            "time_top1": f"its own is the nearest of the {settings.segments} times of its clip",
            "own_cosine": "mean cosine of a segment and its own sound",
        },
    )
