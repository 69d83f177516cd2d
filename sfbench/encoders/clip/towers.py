"""CLIP: pictures and texts in one space.

Source: Radford et al., arXiv 2103.00020; Schuhmann et al., arXiv 2210.08402 (ViT-H/14); scaling
of pictures as open_clip 3.3.0 does it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sfbench.encoders.checkpoints import (
    CLIP_VIT_B_32,
    CLIP_VIT_H_14,
    CLIP_VOCABULARY,
    here,
    read_checkpoint,
)
from sfbench.encoders.clip.tokens import CONTEXT, VOCABULARY, Tokenizer, read_merges
from sfbench.encoders.clip.vit import Geometry, ImageTower, TextTower, image_tower, text_tower
from sfbench.encoders.extractor import Outputs
from sfbench.encoders.square import square
from sfbench.media.picture import Frames, Keep
from sfbench.weights.declaration import Weights

IMAGE_B_32 = Geometry(width=768, layers=12, heads=12, embedding=512, quick_gelu=True)
TEXT_B_32 = Geometry(width=512, layers=12, heads=8, embedding=512, quick_gelu=True)
IMAGE_H_14 = Geometry(width=1280, layers=32, heads=16, embedding=1024)
TEXT_H_14 = Geometry(width=1024, layers=24, heads=16, embedding=1024)

MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class ClipImage:
    """Embeds each frame as a row of `embedding`, [T, width], not of unit length."""

    network: ImageTower
    name: str
    signature: str
    outputs: Mapping[str, int]
    device: str = "cpu"
    keep: Keep = square

    def __call__(self, videos: Sequence[Frames]) -> list[Outputs]:
        """Return for each sequence of frames, [T, H, W, 3], its `embedding`, [T, width]."""
        frames = [frame for video in videos for frame in video]
        groups = [frames[begin : begin + _TOGETHER] for begin in range(0, len(frames), _TOGETHER)]
        empty = np.zeros((0, self.outputs["embedding"]), np.float32)
        rows = np.concatenate([empty, *(self._embed(group) for group in groups)])
        ends = np.cumsum([len(video) for video in videos])
        return [{"embedding": own} for own in np.split(rows, ends)[: len(videos)]]

    @torch.inference_mode()
    def _embed(self, frames: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        pictures = torch.from_numpy(np.stack([normalised(self.keep(frame)) for frame in frames]))
        rows: torch.Tensor = self.network(pictures.to(self.device))
        return rows.cpu().numpy()


@dataclass(frozen=True, slots=True)
class ClipText:
    """Embeds texts as rows, [texts, width], in the space of the same CLIP's pictures."""

    network: TextTower
    tokenizer: Tokenizer
    name: str
    signature: str
    width: int
    device: str = "cpu"

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the embedding of each text, [texts, width], not of unit length.

        Raises:
            SfbenchError: A text has signs outside ASCII.
        """
        ids = torch.from_numpy(self.tokenizer(texts))
        rows: torch.Tensor = self.network(ids.to(self.device))
        return rows.cpu().numpy()


def open_clip_vit_b_32(device: str) -> ClipImage:
    """Return the image tower of ViT-B/32 with OpenAI's weights.

    Raises:
        SfbenchError: The weights are not on this machine, or are not those that were declared.
    """
    network = image_tower(read_checkpoint(CLIP_VIT_B_32), IMAGE_B_32, patch=32)
    return clip_vit_b_32(network.to(device), device)


def clip_vit_b_32(network: ImageTower, device: str = "cpu") -> ClipImage:
    """Return the extractor over a network that is filled."""
    signature = "clip-vit-b-32-openai-quickgelu|bicubic-centre-224|512d"
    return ClipImage(network, "clip-vit-b-32", signature, {"embedding": 512}, device)


def open_clip_vit_h_14(device: str) -> ClipImage:
    """Return the image tower of ViT-H/14 with LAION-2B's weights.

    Raises:
        SfbenchError: The weights are not on this machine, or are not those that were declared.
    """
    network = image_tower(read_checkpoint(CLIP_VIT_H_14), IMAGE_H_14, patch=14)
    return clip_vit_h_14(network.to(device), device)


def clip_vit_h_14(network: ImageTower, device: str = "cpu") -> ClipImage:
    """Return the extractor over a network that is filled."""
    signature = "clip-vit-h-14-laion2b-s32b-b79k|bicubic-centre-224|1024d"
    return ClipImage(network, "clip-vit-h-14", signature, {"embedding": 1024}, device)


def open_clip_vit_b_32_text(device: str) -> ClipText:
    """Return the text tower of ViT-B/32 with OpenAI's weights and vocabulary.

    Raises:
        SfbenchError: Weights or vocabulary are not on this machine, or not those declared.
    """
    tokenizer, network = _text(CLIP_VIT_B_32, TEXT_B_32)
    return clip_vit_b_32_text(network.to(device), tokenizer, device)


def clip_vit_b_32_text(network: TextTower, tokenizer: Tokenizer, device: str = "cpu") -> ClipText:
    """Return the embedder of texts over a network that is filled."""
    signature = "clip-vit-b-32-openai-quickgelu|text-77|512d"
    return ClipText(network, tokenizer, "clip-vit-b-32-text", signature, 512, device)


def open_clip_vit_h_14_text(device: str) -> ClipText:
    """Return the text tower of ViT-H/14 with LAION-2B's weights and CLIP's vocabulary.

    Raises:
        SfbenchError: Weights or vocabulary are not on this machine, or not those declared.
    """
    tokenizer, network = _text(CLIP_VIT_H_14, TEXT_H_14)
    return clip_vit_h_14_text(network.to(device), tokenizer, device)


def clip_vit_h_14_text(network: TextTower, tokenizer: Tokenizer, device: str = "cpu") -> ClipText:
    """Return the embedder of texts over a network that is filled."""
    signature = "clip-vit-h-14-laion2b-s32b-b79k|text-77|1024d"
    return ClipText(network, tokenizer, "clip-vit-h-14-text", signature, 1024, device)


def _text(declared: Weights, geometry: Geometry) -> tuple[Tokenizer, TextTower]:
    tokenizer = Tokenizer(read_merges(here(CLIP_VOCABULARY)))
    return tokenizer, text_tower(read_checkpoint(declared), geometry, VOCABULARY, CONTEXT)


def picture(frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what CLIP sees of a frame, [H, W, 3]: its square, normalised, [3, 224, 224]."""
    return normalised(square(frame))


def normalised(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a picture, [H, W, 3], less CLIP's mean and over its deviation, [3, H, W]."""
    values = (pixels.astype(np.float32) / 255 - MEAN) / DEVIATION
    return np.ascontiguousarray(values.transpose(2, 0, 1))
