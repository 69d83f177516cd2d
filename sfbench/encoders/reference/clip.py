"""The image towers of CLIP as the package open_clip computes them, its scaling included."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from sfbench.encoders.checkpoints import CLIP_VIT_B_32, CLIP_VIT_H_14, read_checkpoint
from sfbench.encoders.extractor import Outputs
from sfbench.encoders.fill import filled
from sfbench.encoders.reference.upstream import signed, upstream
from sfbench.encoders.square import SIDE, square
from sfbench.media.picture import Frames, Keep

VIT_B_32 = "ViT-B-32-quickgelu"
VIT_H_14 = "ViT-H-14"

_DISTRIBUTION = "open_clip_torch"


@dataclass(frozen=True, slots=True)
class ReferenceClipImage:
    """Embeds each frame as a row of `embedding`, [T, width], by open_clip.

    A decoder may keep the square of a picture alone, as for our extractor: open_clip leaves a
    square of its own size as it is.
    """

    network: nn.Module
    prepare: Callable[[Image.Image], Tensor]
    name: str
    signature: str
    outputs: Mapping[str, int]
    device: str = "cpu"
    keep: Keep = square

    def __call__(self, videos: Sequence[Frames]) -> list[Outputs]:
        """Return for each sequence of frames, [T, H, W, 3], its `embedding`, [T, width]."""
        return [{"embedding": self._embed(video)} for video in videos]

    @torch.inference_mode()
    def _embed(self, frames: Frames) -> NDArray[np.float32]:
        empty = np.zeros((0, self.outputs["embedding"]), np.float32)
        pictures = (self.prepare(Image.fromarray(frame))[None].to(self.device) for frame in frames)
        rows: list[NDArray[np.float32]] = [self.network(one).cpu().numpy() for one in pictures]
        return np.concatenate([empty, *rows])


def open_clip_vit_b_32(device: str) -> ReferenceClipImage:
    """Return the image tower of ViT-B/32 with OpenAI's weights.

    Raises:
        SfbenchError: The package or the weights are not on this machine, or do not fit.
    """
    upstream("open_clip")  # a missing package is told before missing weights
    return clip_vit_b_32(image_tower(VIT_B_32, read_checkpoint(CLIP_VIT_B_32)), device)


def clip_vit_b_32(network: nn.Module, device: str = "cpu") -> ReferenceClipImage:
    """Return the extractor over a network that is filled."""
    signature = "clip-vit-b-32-openai-quickgelu|bicubic-centre-224|512d"
    return _extractor(network, "clip-vit-b-32", signature, 512, device)


def open_clip_vit_h_14(device: str) -> ReferenceClipImage:
    """Return the image tower of ViT-H/14 with LAION-2B's weights.

    Raises:
        SfbenchError: The package or the weights are not on this machine, or do not fit.
    """
    upstream("open_clip")
    return clip_vit_h_14(image_tower(VIT_H_14, read_checkpoint(CLIP_VIT_H_14)), device)


def clip_vit_h_14(network: nn.Module, device: str = "cpu") -> ReferenceClipImage:
    """Return the extractor over a network that is filled."""
    signature = "clip-vit-h-14-laion2b-s32b-b79k|bicubic-centre-224|1024d"
    return _extractor(network, "clip-vit-h-14", signature, 1024, device)


def image_tower(model: str, state: Mapping[str, Tensor]) -> nn.Module:
    """Return open_clip's image tower with the tensors `visual.*` of the published layout.

    Args:
        model: Name of the model in open_clip.
        state: Tensors by name; those of the text tower are left alone.

    Raises:
        SfbenchError: The package is missing, or a tensor is missing, unknown or of another shape.
    """
    package = upstream("open_clip")
    sizes = package.get_model_config(model)
    visual = {k.removeprefix("visual."): v for k, v in state.items() if k.startswith("visual.")}

    def make() -> nn.Module:
        tower: nn.Module = package.CLIP(**sizes).visual
        return tower

    return filled(make, visual)


def _extractor(
    network: nn.Module, name: str, signature: str, width: int, device: str
) -> ReferenceClipImage:
    return ReferenceClipImage(
        network=network.to(device),
        prepare=upstream("open_clip").image_transform(SIDE, is_train=False),
        name=name,
        signature=signed(signature, _DISTRIBUTION),
        outputs={"embedding": width},
        device=device,
    )
