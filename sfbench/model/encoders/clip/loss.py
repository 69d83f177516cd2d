"""What the mini CLIP learns by: pictures, their patches, and texts that say what is seen.

Four terms: pictures and prompts of what they show (the loss of CLIP, Radford et al., arXiv
2103.00020); pictures and prompts that also say how near it looks, or whether it is at work; patches
and prompts of what lies on them, so that a small tower need not find out by itself what of a
picture was meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from sfbench.model.encoders.agree import contrast
from sfbench.model.encoders.clip.captions import NEARNESS, NOTHING, WORK, captions, nearness
from sfbench.model.encoders.clip.moves import draw_moves, relit
from sfbench.model.encoders.clip.network import Clip, tensor_of
from sfbench.model.encoders.clip.patches import kept_patches, patch_things
from sfbench.model.training.sights import Sights

_WHOLE = 0.1  # share of the batches that leave no patch out, as later nobody does
_IN_SIGHT = 0.3  # of a thing, so that more is said of it than what it is
_NEARNESS_COUNTS = 0.5


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures of a step, moved.

    Attributes:
        pictures: [B, 3, S, S].
        kinds: What each shows, [B]: a place among the labels, the last one for nothing.
        near: How near it looks, [B]; -1 where that is not said.
        works: Whether it is at work, [B]; -1 where that is not said.
        kept: Patches that are looked at, [B, K].
        patches: What lies on each of them, [B, K], as `kinds`.
    """

    pictures: Tensor
    kinds: NDArray[np.int64]
    near: NDArray[np.int64]
    works: NDArray[np.int64]
    kept: NDArray[np.int64]
    patches: NDArray[np.int64]


def draw_batch(
    sights: Sights, labels: Sequence[str], size: int, share: float, grid: int, rng: Generator
) -> Batch:
    """Return pictures by chance.

    Args:
        sights: What to draw from.
        labels: All labels.
        size: How many.
        share: Share of the patches that most batches look at.
        grid: Patches along a side.
        rng: Source of all choices.
    """
    drawn, moves = rng.choice(len(sights.area), size), draw_moves(size, rng)
    boxes, area = moves.boxes(sights.boxes[drawn]), sights.area[drawn]
    numbers = {label: number for number, label in enumerate(labels)} | {"": len(labels)}
    kinds = np.array([[numbers[name] for name in pair] for pair in sights.names[drawn]])
    things = patch_things(boxes, grid)
    count = things.shape[1] if rng.random() < _WHOLE else round(share * things.shape[1])
    kept = kept_patches(things, count, rng)
    on = np.take_along_axis(things, kept, 1)
    nothing, seen, in_sight = len(labels), area > 0, _share_in_sight(boxes) >= _IN_SIGHT
    other = np.where(in_sight[:, 1], kinds[:, 1], nothing)
    clear = seen & in_sight[:, 0]
    return Batch(
        pictures=relit(moves.pictures(tensor_of(sights.pictures[drawn])), rng),
        kinds=np.where(seen, kinds[:, 0], other),
        near=np.where(clear, nearness(moves.area(area)), -1),
        works=np.where(clear, sights.works[drawn], -1),
        kept=kept,
        patches=np.where(on < 0, nothing, np.take_along_axis(kinds, np.maximum(on, 0), 1)),
    )


def _share_in_sight(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which share of boxes, [..., 4], lies within the picture, [...]; NaN of none."""
    inside, whole = (one[..., 2:] - one[..., :2] for one in (np.clip(boxes, -1, 1), boxes))
    share: NDArray[np.float64] = inside.prod(-1) / whole.prod(-1)
    return share


def clip_loss(
    network: Clip, words: Mapping[str, Sequence[str]], batch: Batch, rng: Generator
) -> Tensor:
    """Return the loss of a batch; every label is said by one of its prompts by chance."""
    said = [str(rng.choice(ways)) for ways in (*words.values(), NOTHING)]
    prompts = network.read(said)
    whole, parts = network.look(batch.pictures, batch.kept)
    shown = np.unique(batch.kinds)
    loss = contrast(whole, prompts[shown], batch.kinds[:, None] == shown, network.scale)
    if (batch.near >= 0).any():
        loss = loss + _NEARNESS_COUNTS * _nearness_loss(network, whole, said, batch)
    if (batch.works >= 0).any():
        loss = loss + _work_loss(network, whole, said, batch)
    return loss + _patch_loss(parts, prompts, batch.patches, network.scale)


def _nearness_loss(network: Clip, whole: Tensor, prompts: Sequence[str], batch: Batch) -> Tensor:
    """Return the contrast of pictures with prompts that also say how near the thing looks."""
    rows = np.flatnonzero(batch.near >= 0)
    said = np.stack([batch.kinds, batch.near], 1)[rows]
    pairs, place = np.unique(said, axis=0, return_inverse=True)
    texts = [captions(prompts[kind], NEARNESS)[near] for kind, near in pairs.tolist()]
    same = place.reshape(-1, 1) == np.arange(len(pairs))
    return contrast(whole[rows], network.read(texts), same, network.scale)


def _work_loss(network: Clip, whole: Tensor, prompts: Sequence[str], batch: Batch) -> Tensor:
    """Return the cross entropy of pictures with what is said of a thing at work and of one at rest.

    Both count alike, though more pictures show things at work.
    """
    rows = np.flatnonzero(batch.works >= 0)
    kinds, place = np.unique(batch.kinds[rows], return_inverse=True)
    texts = network.read([text for kind in kinds for text in captions(prompts[kind], WORK)])
    both = texts.view(len(kinds), len(WORK), -1)[torch.from_numpy(place)]  # [R, 2, D]
    cosines = (both @ normalize(whole[rows], dim=-1)[:, :, None])[:, :, 0]
    right = torch.from_numpy(batch.works[rows])
    each = cross_entropy(network.scale * cosines, right, reduction="none")
    return torch.stack([each[right == one].mean() for one in set(right.tolist())]).mean()


def _patch_loss(parts: Tensor, prompts: Tensor, kinds: NDArray[np.int64], scale: Tensor) -> Tensor:
    """Return the cross entropy of patches with prompts; those with a thing count half of all."""
    logits = scale * normalize(parts, dim=-1) @ prompts.T  # [B, K, kinds]
    right = torch.as_tensor(kinds)
    each = cross_entropy(logits.flatten(0, 1), right.flatten(), reduction="none")
    thing = right.flatten() < len(prompts) - 1
    halves = [each[one].sum() / one.sum().clamp(min=1) for one in (thing, ~thing)]
    return torch.stack(halves).mean()
