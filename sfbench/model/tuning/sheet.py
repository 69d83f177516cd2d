"""Draws what a part makes while it learns: spectrograms, pictures and sounds of a few clips."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from sfbench import store
from sfbench.clip import Clip
from sfbench.encoders.cache import EmbeddingCache
from sfbench.encoders.square import square
from sfbench.errors import ClipError
from sfbench.media.write import write_wav
from sfbench.model.auffusion.decode import picture
from sfbench.model.auffusion.mel import from_image
from sfbench.model.foleycrafter.denoise import denoising, new_scheduler, told, unit_noise
from sfbench.model.recordings import Recordings
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.smooth_foley.settings import Settings as NetworkSettings
from sfbench.model.tuning.given import conditions_of, doubled, given_of
from sfbench.model.tuning.listen import STEP
from sfbench.model.tuning.prepare import Ready

Grey = NDArray[np.uint8]  # [rows, columns]

_SHOWN = 16  # pictures of a clip


@torch.no_grad()
def draw_sheet(
    folder: Path,
    recordings: Recordings,
    ready: Sequence[Ready],
    networks: Networks,
    settings: NetworkSettings,
    cache: EmbeddingCache,
    *,
    timed: bool,
) -> None:
    """Write `<clip>.wav` of each clip and `sheet.png` into a folder.

    Each row of the sheet shows a clip's pictures, if it has any, its own sound as the autoencoder
    gives it back, and the sound that was made. The noise is that of the clip's place, so sheets of
    one training differ by what was learnt.

    Args:
        folder: Where the files go.
        recordings: Where the clips' pictures come from.
        ready: The clips.
        networks: The networks, one of them learning.
        settings: How they sample.
        cache: Where latents and embeddings are.
        timed: Whether the temporal adapter is told when it sounds.
    """
    rows = []
    for place, one in enumerate(ready):
        clean = _sampled(one, place, networks, settings, cache, timed=timed)
        mean = torch.from_numpy(cache.get(one.latent)["moments"][None]).chunk(2, 1)[0]
        own = mean.to(clean) * networks.vae.config.scaling_factor
        images = [picture(networks.vae, latents) for latents in (own, clean)]
        sound = networks.vocoder(from_image(images[1]))[0].cpu().numpy()
        write_wav(folder / f"{one.lesson.clip.id}.wav", sound, networks.image.rate)
        grey = [np.round(255 * image[0, 0].cpu().numpy()).astype(np.uint8) for image in images]
        shown = _pictures(recordings, one.lesson.clip, grey[0].shape[1])
        rows.append(np.concatenate([*([] if shown is None else [shown]), *map(_coloured, grey)]))
    with store.replacing(folder / "sheet.png") as partial:
        Image.fromarray(np.concatenate(rows)).save(partial)


def _sampled(
    ready: Ready,
    seed: int,
    networks: Networks,
    settings: NetworkSettings,
    cache: EmbeddingCache,
    *,
    timed: bool,
) -> torch.Tensor:
    """Return the latents that are made for a clip, [1, channels, h, w]."""
    given = doubled(given_of([ready], networks, cache, timed=timed))
    conditions = conditions_of(given, networks, settings)
    noise = unit_noise(seed, (1, *networks.latent))
    scheduler = new_scheduler(networks.scheduler, settings.scheduler)
    control = networks.controlnet if timed else None
    with told(networks.unet, control, conditions) as predict:
        steps = denoising(
            predict, scheduler, noise.to(conditions.text), settings.steps, settings.guidance
        )
        *_, clean = steps
    return clean


def _pictures(recordings: Recordings, clip: Clip, width: int) -> NDArray[np.uint8] | None:
    """Return a strip of a clip's pictures, [side, width, 3]; None of a file without."""
    side = width // _SHOWN
    try:
        frames = recordings(clip, STEP, fps=2.0, keep=partial(square, side=side)).frames
    except ClipError:
        return None
    places = np.linspace(0, len(frames) - 1, _SHOWN).astype(int)
    strip = np.concatenate(list(frames[places]), axis=1)
    return np.pad(strip, ((0, 0), (0, width - strip.shape[1]), (0, 0)))


def _coloured(grey: Grey) -> NDArray[np.uint8]:
    """Return grey pixels as [rows, columns, 3], over a white line."""
    lined = np.pad(grey, ((0, 2), (0, 0)), constant_values=255)
    return np.repeat(lined[..., None], 3, axis=2)
