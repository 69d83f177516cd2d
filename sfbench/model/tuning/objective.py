"""What parts of generators learn by; it knows no trainer.

Source: Ho et al., arXiv 2006.11239; Zhang et al., arXiv 2412.18157, equation 3.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from sfbench.model.foleycrafter.denoise import Predict

THRESHOLD = 0.5
"""Cosine from which on a label counts as seen: the paper's."""


def denoising_loss(
    predict: Predict,
    schedule: Any,
    latents: Tensor,
    chance: torch.Generator,
    min_snr: float = 0.0,
    late: float = 0.0,
) -> Tensor:
    """Return the mean squared error of the noise that is predicted, at random times.

    Args:
        predict: Predicts the noise of latents, [B, 4, h, w], at times, [B].
        schedule: A `DDPMScheduler`; it says whether noise or velocity is predicted.
        latents: Clean latents, [B, 4, h, w].
        chance: Source of noise and times, on the processor.
        min_snr: Greatest signal-to-noise ratio that counts (Hang et al., arXiv 2303.09556); 0
            counts all times alike.
        late: See `draw_times`.
    """
    noise = torch.randn(latents.shape, generator=chance, device="cpu").to(latents)
    times = draw_times(schedule.config.num_train_timesteps, len(latents), chance, late)
    times = times.to(latents.device)
    velocity = schedule.config.prediction_type == "v_prediction"
    wanted = schedule.get_velocity(latents, noise, times) if velocity else noise
    noisy = schedule.add_noise(latents, noise, times)
    errors = (predict(noisy, times) - wanted).square().flatten(1).mean(1)
    if min_snr:
        errors = errors * _weights(schedule, times, min_snr, velocity)
    return errors.mean()


def draw_times(count: int, size: int, chance: torch.Generator, late: float) -> Tensor:
    """Return times by chance, [size], 0 for the clean ones.

    Args:
        count: How many there are.
        size: How many to draw.
        chance: Source of chance.
        late: A time's likelihood grows with this power of it: 0 for all alike; what is heard when
            and how loud is settled at late, noisy times.
    """
    if not late:
        return torch.randint(count, (size,), generator=chance, device="cpu")
    return (count * torch.rand(size, generator=chance) ** (1 / (1 + late))).long()


def _weights(schedule: Any, times: Tensor, most: float, velocity: bool) -> Tensor:
    kept = schedule.alphas_cumprod.to(times.device)[times]
    ratio = kept / (1 - kept)
    weights: Tensor = ratio.clamp(max=most) / (ratio + 1 if velocity else ratio)
    return weights


def label_loss(
    cosines: Tensor,
    there: Tensor,
    known: Tensor,
    own: Tensor,
    sharpness: float,
    silence: float = 1.0,
) -> Tensor:
    """Return the loss of cosines of pictures with labels, for which 0.5 parts yes from no.

    The logit of "this label's sound is there" is `sharpness` times how far the cosine lies over
    0.5. Each picture is asked for every label: its clip's own, which may be silent, and all others
    have equal weight. The pairwise loss is that of Zhai et al., arXiv 2303.15343, with the offset
    held fixed; the paper does not publish its own.

    Args:
        cosines: Cosines, [F, L].
        there: Whether each label sounds at each picture, [F, L].
        known: Whether that is known, [F, L].
        own: Whether the label is the clip's own, [F, L].
        sharpness: Steepness at the threshold.
        silence: Weight of a picture at which the own label is silent, beside one where it sounds.
    """
    logits = sharpness * (cosines - THRESHOLD)
    each = functional.binary_cross_entropy_with_logits(logits, there.to(logits), reduction="none")
    weights = torch.where(own & ~there, silence, 1.0)
    sides = [(each[among], weights[among]) for among in (known & own, known & ~own)]
    means = [(loss * weight).sum() / weight.sum() for loss, weight in sides if len(loss)]
    return torch.stack(means).mean()
