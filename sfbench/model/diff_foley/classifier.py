"""The guide: how sure a network is that a noisy latent and a video belong together, in time."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from sfbench.encoders.fill import filled
from sfbench.model.diff_foley.compvis import unet_key
from sfbench.model.diff_foley.condition import Condition
from sfbench.model.diff_foley.geometry import UNetSize
from sfbench.model.diff_foley.schedule import without_schedule
from sfbench.model.diff_foley.unet import new_unet


class Backbone(nn.Module):
    """The encoder half of a UNet, pooled to one logit."""

    def __init__(self, size: UNetSize) -> None:
        super().__init__()
        whole = new_unet(size)
        self.time_proj, self.time_embedding = whole.time_proj, whole.time_embedding
        self.conv_in = whole.conv_in
        self.down_blocks, self.mid_block = whole.down_blocks, whole.mid_block
        last = size.channels[-1]
        self.conv_norm_out = nn.GroupNorm(size.groups, last)
        self.conv_out = nn.Conv2d(last, last // 2, 3, padding=1)
        self.classifier = nn.Linear(last // 2, 1)

    def forward(self, latents: Tensor, times: Tensor, context: Tensor) -> Tensor:
        """Return logits, [B]; see `AlignmentClassifier`."""
        time = self.time_embedding(self.time_proj(times).to(latents.dtype))
        x = self.conv_in(latents)
        for block in self.down_blocks:
            if getattr(block, "has_cross_attention", False):
                x, _ = block(x, time, encoder_hidden_states=context)
            else:
                x, _ = block(x, time)
        x = self.mid_block(x, time, encoder_hidden_states=context)
        x = self.conv_out(nn.functional.silu(self.conv_norm_out(x))).mean((2, 3))
        logits: Tensor = self.classifier(x)[:, 0]
        return logits


class AlignmentClassifier(nn.Module):
    """Judges noisy latents by video features; keys as in the published file, as diffusers writes.

    It was trained with features that went through `cond_model`; published sampling gives it the
    features themselves, which say nothing of their order.
    """

    def __init__(self, size: UNetSize) -> None:
        super().__init__()
        self.model = Backbone(size)
        self.cond_model = Condition(size.context, size.context)

    def forward(self, latents: Tensor, times: Tensor, features: Tensor) -> Tensor:
        """Return logits of belonging together, [B].

        Args:
            latents: Noisy latents, [B, 4, h, w].
            times: Times of the diffusion, 0 to 999, whole or not, [B].
            features: What the cross-attention looks at, [B, T, context].
        """
        logits: Tensor = self.model(latents, times, features)
        return logits


def alignment_gradient(
    classifier: AlignmentClassifier, latents: Tensor, times: Tensor, features: Tensor
) -> Tensor:
    """Return the gradient of log p(together | latents, features) by the latents, [B, 4, h, w]."""
    with torch.enable_grad():
        moved = latents.detach().requires_grad_(True)
        sure = logsigmoid(classifier(moved, times, features)).sum()
        return torch.autograd.grad(sure, moved)[0]


def read_classifier(state: Mapping[str, Tensor], size: UNetSize) -> AlignmentClassifier:
    """Return the guide that lies in a `double_guidance_classifier` checkpoint.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """

    def rename(key: str) -> str:
        area, dot, rest = key.partition(".")
        return f"model.{unet_key(rest, size.layers)}" if area == "model" else area + dot + rest

    tensors = {rename(key): value for key, value in without_schedule(state).items()}
    return filled(lambda: AlignmentClassifier(size), tensors)
