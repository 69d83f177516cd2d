"""Measures what the pictures show: evidence for the challenge; keeps every clip."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sfbench.curation.recipe import Recipe
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.encoders.checkpoints import CLIP_VIT_B_32, CLIP_VOCABULARY
from sfbench.encoders.square import square
from sfbench.encoders.threads import one_thread_in_workers
from sfbench.errors import Reason
from sfbench.media.picture import Frames
from sfbench.media.read import read_media
from sfbench.weights.locate import locate

if TYPE_CHECKING:
    from sfbench.encoders.clip.towers import ClipImage, ClipText

Words = NDArray[np.float32]  # [512], of unit length

NAME = "sight"
_LOOKS_PER_SECOND = 1.0
_WORST = 25  # per cent of the looks, those in which the label is least to be seen
_GREY = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True, slots=True)
class SightStep:
    """Asks CLIP how much of the label is in the pictures, and how sharp they are."""

    recipe: Recipe
    name: str = NAME
    needs_media: bool = True

    def idle(self, candidates: Sequence[Candidate]) -> str | None:
        """Return what to type if CLIP is not on this machine, else None."""
        missing = [one.name for one in (CLIP_VIT_B_32, CLIP_VOCABULARY) if locate(one) is None]
        if not missing:
            return None
        names = " ".join(missing)
        return f"the step {NAME} was skipped; to have it, type: sfbench weights fetch {names}"

    def keep(self, draft: Draft) -> Reason | None:
        """Return None; what was measured goes to the evidence."""
        if draft.path is None:
            raise ValueError("the sight step needs a media file")
        media = read_media(draft.path, fps=_LOOKS_PER_SECOND, keep=square, strict=False)
        words, image = _asked(draft.candidate.label), _opened()[0]
        draft.evidence[NAME] = {
            "similarity": None if words is None else similarity(media.frames, words, image),
            "sharpness": round(sharpness(media.frames), 2),
            "encoder": image.signature,
        }
        return None


def words_of(label: str, text: "ClipText") -> Words | None:
    """Return the unit embedding of a label; None for signs that CLIP's vocabulary lacks.

    Source: Radford et al., arXiv 2103.00020 (prompt "a photo of").
    """
    return _unit(text([f"a photo of {label}"]))[0] if label.isascii() else None


def similarity(frames: Frames, words: Words, image: "ClipImage") -> float | None:
    """Return the cosine of pictures and words, -1 to 1: the lower quartile over the pictures.

    So a clip counts as hard in which the source is out of the picture for part of the time. None
    without pictures.

    Args:
        frames: Pictures, [T, H, W, 3].
        words: Unit embedding of the label, [512].
        image: CLIP's image tower.
    """
    if not len(frames):
        return None
    (seen,) = image([frames])
    return round(float(np.percentile(_unit(seen["embedding"]) @ words, _WORST)), 3)


def sharpness(frames: Frames) -> float:
    """Return the median over the pictures of the mean absolute Laplacian, in grey levels of 255.

    >>> sharpness(np.full((2, 8, 8, 3), 90, np.uint8))
    0.0
    """
    grey = frames.astype(np.float32) @ _GREY  # [T, H, W]
    centre = 4 * grey[:, 1:-1, 1:-1]
    around = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:]
    strength = np.abs(centre - around).mean(axis=(1, 2))
    return float(np.median(strength)) if len(strength) else 0.0


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths: NDArray[np.float32] = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / lengths


@cache
def _opened() -> "tuple[ClipImage, ClipText]":
    """Return CLIP's towers, opened once in a process."""
    from sfbench.encoders.clip.towers import open_clip_vit_b_32, open_clip_vit_b_32_text

    one_thread_in_workers()
    return open_clip_vit_b_32("cpu"), open_clip_vit_b_32_text("cpu")


@cache
def _asked(label: str | None) -> Words | None:
    """Return the words of a label, embedded once in a process."""
    return None if label is None else words_of(label, _opened()[1])
