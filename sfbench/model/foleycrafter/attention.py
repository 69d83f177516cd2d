"""Cross-attention to the text and, beside it, to the frames, whose keys and values are made once.

They depend on the conditions alone, not on the step of the diffusion, so a step only asks. Source:
Zhang et al., arXiv 2412.18157, equation 2; with masks, diffusers' IPAdapterAttnProcessor2_0.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from torch.nn import functional

from sfbench.model.foleycrafter.adapter import FrameAdapter, KeyValue

Pair = tuple[Tensor, Tensor]  # keys and values, [B, heads, tokens, width] each


@dataclass(frozen=True, slots=True)
class Frames:
    """What is seen, and how much it counts.

    Attributes:
        tokens: Tokens of each frame, [B, N, tokens, width].
        scale: Weight of the attention to them, the paper's λ.
        masks: Share of each pixel of the image that is each frame's, [N, H, W], the same on all
            rows: frames lie beside each other in time. None lets every place attend to all
            frames, whose order then does not matter.
    """

    tokens: Tensor
    scale: float = 1.0
    masks: Tensor | None = None
    _near: dict[int, Pair] = field(default_factory=dict, compare=False)

    def near(self, places: int) -> Pair:
        """Return, of each column of a level, the frames in it, [columns, k], and their shares."""
        if self.masks is None:
            raise ValueError("without masks all frames are everywhere")
        if places not in self._near:
            shares = shrunk(self.masks, places)[:, 0].T  # [columns, N]
            most = int((shares != 0).sum(1).max())
            there = shares.abs().topk(most, 1).indices
            self._near[places] = there, shares.gather(1, there)
        return self._near[places]


@dataclass(frozen=True, slots=True)
class _Memory:
    text: Pair
    seen: Pair | None
    frames: Frames | None


class ParallelAttention:
    """Attends from one layer of the network to what the layer remembers; no module of its own."""

    def __init__(self, pair: KeyValue | None) -> None:
        self.pair = pair
        self.memory: _Memory | None = None

    def remember(self, layer: Any, text: Tensor, frames: Frames | None) -> None:
        """Make keys and values of the text, [B, tokens, width], and of the frames."""
        seen = None
        if self.pair is not None and frames is not None and frames.scale:
            tokens = frames.tokens.flatten(1, 2)
            seen = _pair(layer, self.pair.to_k_ip(tokens), self.pair.to_v_ip(tokens))
        self.memory = _Memory(_pair(layer, layer.to_k(text), layer.to_v(text)), seen, frames)

    def __call__(
        self,
        layer: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        """Return what diffusers asks of an attention processor, [B, places, width]."""
        if self.memory is None:
            raise ValueError("nothing to attend to; run the network within `attending`")
        query = _by_head(layer, layer.to_q(hidden_states))
        mixed = functional.scaled_dot_product_attention(query, *self.memory.text)
        if self.memory.seen is not None and self.memory.frames is not None:
            frames = self.memory.frames
            mixed = mixed + frames.scale * _look(query, self.memory.seen, frames)
        projected: Tensor = layer.to_out[0](mixed.transpose(1, 2).flatten(2))
        return projected


def install(
    network: UNet2DConditionModel | ControlNetModel, adapter: FrameAdapter | None = None
) -> None:
    """Give every cross-attention of a UNet or ControlNet one of these, with its own pair, if any.

    Raises:
        ValueError: The adapter is for other attentions than the network has.
    """
    pairs = adapter.pairs if adapter else {}
    there = crossings(network)
    if unknown := set(pairs) - set(there):
        raise ValueError(f"no cross-attentions {sorted(unknown)} in this network")
    processors: dict[str, Any] = dict(network.attn_processors)
    for number, name in enumerate(list(processors)):
        if number in there:
            processors[name] = ParallelAttention(pairs.get(number))
    network.set_attn_processor(processors)


def crossings(network: UNet2DConditionModel | ControlNetModel) -> dict[int, int]:
    """Return the width of each cross-attention by its number among all attentions.

    The numbers are those of IP-Adapter's files: in a UNet of Stable Diffusion 1, 1, 3, … 31.
    """
    names = [name.removesuffix(".processor") for name in network.attn_processors]
    layers = [network.get_submodule(name) for name in names]
    return {
        number: layer.to_q.out_features
        for number, (name, layer) in enumerate(zip(names, layers, strict=True))
        if name.endswith("attn2") and isinstance(layer, Attention)
    }


@contextmanager
def attending(network: nn.Module, text: Tensor, frames: Frames | None = None) -> Iterator[None]:
    """Let the network's cross-attentions remember text and frames while the block runs.

    Args:
        network: A network that `install` has prepared.
        text: States of the text, [B, tokens, width].
        frames: What is seen; None where nothing is.
    """
    layers = [(layer, getattr(layer, "processor", None)) for layer in network.modules()]
    attentions = [(layer, one) for layer, one in layers if isinstance(one, ParallelAttention)]
    for layer, attention in attentions:
        attention.remember(layer, text, frames)
    try:
        yield
    finally:
        for _, attention in attentions:
            attention.memory = None


def _look(query: Tensor, seen: Pair, frames: Frames) -> Tensor:
    """Return what is seen from each place, [B, heads, places, width]."""
    if frames.masks is None:
        return functional.scaled_dot_product_attention(query, *seen)
    batch, heads, places, width = query.shape
    there, shares = frames.near(places)
    by_frame = (batch, heads, len(frames.masks), -1, width)
    keys, values = (one.view(by_frame)[:, :, there] for one in seen)  # of each column
    asking = query.view(batch, heads, -1, len(there), width)
    likeness = torch.einsum("bhrcd,bhcktd->bhrckt", asking, keys) / width**0.5
    weights = likeness.softmax(-1) * shares.to(query.dtype)[..., None]  # each frame's sum to 1
    mixed: Tensor = torch.einsum("bhrckt,bhcktd->bhrcd", weights, values)
    return mixed.flatten(2, 3)


def shrunk(masks: Tensor, places: int) -> Tensor:
    """Return masks, [N, H, W], as a level of the network sees them, [N, rows, columns].

    Scaled by cubic curves without antialiasing, as diffusers does: where two frames meet within a
    place, shares may leave 0..1 a little; they sum to what the masks do.
    """
    height, width = masks.shape[1:]
    rows = round((places * height / width) ** 0.5)
    return functional.interpolate(masks[None], (rows, places // rows), mode="bicubic")[0]


def _pair(layer: Any, keys: Tensor, values: Tensor) -> Pair:
    return _by_head(layer, keys), _by_head(layer, values)


def _by_head(layer: Any, x: Tensor) -> Tensor:
    batch, places, _ = x.shape
    return x.view(batch, places, layer.heads, -1).transpose(1, 2)
