"""What the networks are told of clips: what is seen, frame by frame, and when it sounds."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from torch import Tensor

from sfbench.model.foleycrafter.adapter import time_positions
from sfbench.model.foleycrafter.attention import Frames
from sfbench.model.foleycrafter.condition import columns, painted
from sfbench.model.foleycrafter.crop import normalised
from sfbench.model.foleycrafter.detector import Detector
from sfbench.model.smooth_foley.look import Seen, Times
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.smooth_foley.settings import Settings
from sfbench.model.smooth_foley.similarity import similarity


def frames(networks: Networks, settings: Settings, embeddings: Tensor, times: Times) -> Frames:
    """Return what the frame adapter tells of B clips, unguided first: pictures of zeros.

    Args:
        networks: The networks.
        settings: The settings.
        embeddings: Embeddings of the pictures, [B, N, width].
        times: When each is shown, in seconds, [N].
    """
    both = torch.cat([torch.zeros_like(embeddings), embeddings])
    return of_pictures(networks, settings, both, times)


def of_pictures(networks: Networks, settings: Settings, embeddings: Tensor, times: Times) -> Frames:
    """Return what the frame adapter tells of B clips.

    Args:
        networks: The networks.
        settings: The settings.
        embeddings: Embeddings of the pictures, [B, N, width]; zeros where nothing is to be seen.
        times: When each is shown, in seconds, [N].
    """
    if settings.embedding == "mean":
        embeddings, times = clip_wise(embeddings, settings.mean_of_every), times[:1]
    tokens = networks.adapter.image_proj(embeddings)  # [B, N, tokens, width]
    begins = times * networks.image.per_second  # in columns of the image
    if settings.time_encoding == "posemb":
        places = time_positions(list(begins / networks.reduction), tokens.shape[-1])
        tokens = tokens + places.to(tokens)[:, None]
    masks = None
    if settings.time_encoding == "mask":
        masks = time_masks(begins, networks.image.bands, networks.image.columns).to(tokens)
    return Frames(tokens, settings.frame_scale, masks)


def clip_wise(embeddings: Tensor, every: int) -> Tensor:
    """Return the mean over pictures, [B, 1, width], of every so-many-th of them."""
    return embeddings[:, ::every].mean(1, keepdim=True)


def time_masks(begins: Times, rows: int, canvas: int) -> Tensor:
    """Return for each picture the part of the image in its time, [N, rows, canvas].

    Each lasts until the next one, the last to the end of the canvas, so together they are 1.

    Args:
        begins: Column at which each picture begins, rising from 0, [N].
        rows: Rows of the image.
        canvas: Columns of the image.
    """
    edges = np.concatenate([np.round(begins), [canvas]])
    edges[0] = 0
    places = np.arange(canvas)
    inside = (places >= edges[:-1, None]) & (places < edges[1:, None])
    return torch.from_numpy(inside).float()[:, None].expand(-1, rows, -1)


def sounding(
    networks: Networks,
    settings: Settings,
    seen: Sequence[Seen],
    embeddings: Tensor,
    labels: Sequence[str],
) -> Tensor | None:
    """Return pictures of when it sounds, [B, 1, H, W], or None where nothing says so."""
    if settings.timing == "none":
        return None
    told_by = scores(networks, settings, seen, embeddings, labels)
    image = networks.image
    told = [
        columns(
            score >= settings.threshold,
            one.seconds,
            image.columns,
            settings.clock,
            image.per_second,
        )
        for one, score in zip(seen, told_by, strict=True)
    ]
    return torch.from_numpy(np.stack([painted(one, image.bands) for one in told]))


def scores(
    networks: Networks,
    settings: Settings,
    seen: Sequence[Seen],
    embeddings: Tensor,
    labels: Sequence[str],
) -> list[NDArray[np.float32]]:
    """Return for each clip how much speaks for sound at each picture, [N]."""
    if networks.detector is not None:
        return [detected(networks.detector, settings, one.crops) for one in seen]
    if networks.labels is None:
        raise ValueError("timing by label needs the text tower")
    texts = networks.labels([settings.label_template.format(label=label) for label in labels])
    cosines = [
        similarity(
            own,
            torch.from_numpy(text).to(own),
            networks.projection,
            settings.matching_cosine,
        )
        for own, text in zip(embeddings, texts, strict=True)
    ]
    return [
        steadied(own.cpu().numpy(), one.times, settings.steady)
        for own, one in zip(cosines, seen, strict=True)
    ]


def steadied(scores: NDArray[np.float32], times: Times, seconds: float) -> NDArray[np.float32]:
    """Return the median of the scores around each picture, [N]; the ends are held.

    Args:
        scores: How much speaks for sound at each picture, [N].
        times: When each is shown, rising, in seconds, [N].
        seconds: How long a stretch counts; what begins to sound goes on for longer than a picture.
    """
    apart = np.diff(times).mean() if len(times) > 1 else np.inf
    half = round(seconds / 2 / apart)
    around = sliding_window_view(np.pad(scores, half, mode="edge"), 2 * half + 1)
    steady: NDArray[np.float32] = np.median(around, axis=-1)
    return steady


def detected(
    network: Detector, settings: Settings, crops: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """Return the probability of sound at each picture, [N]; each clip is alone with the detector.

    In training mode the statistics of its batches would mix clips.
    """
    if crops is None:
        raise ValueError("timing by the detector needs crops")
    network.train(settings.detector_mode == "train")
    video = torch.from_numpy(normalised(crops, settings.detector_range))[None]
    logits: Tensor = network(video.to(next(network.parameters()).device))[0]
    probabilities: NDArray[np.float32] = logits.sigmoid().cpu().numpy()
    return probabilities
