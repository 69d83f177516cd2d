"""The sampling loop: noise becomes a latent picture, given texts, frames and when it sounds.

Source: Zhang et al., arXiv 2407.01494; it computes what diffusers'
`StableDiffusionControlNetPipeline` does, and nothing twice.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import diffusers
import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from torch import Tensor, nn

from sfbench.model.foleycrafter.attention import Frames, attending

Predict = Callable[[Tensor, Tensor], Tensor]  # latents [2B, 4, h, w], time -> their noise

SCHEDULERS = {
    "pndm": "PNDMScheduler",
    "ddim": "DDIMScheduler",
    "dpm-solver++": "DPMSolverMultistepScheduler",
    "euler": "EulerDiscreteScheduler",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the network is told of B clips, without (first half) and with (second half) guidance.

    Attributes:
        text: States of the texts, [2B, tokens, width].
        frames: What is seen, of 2B; None where nothing is.
        sounding: Pictures of when it sounds, [2B, 1, H, W]; None where nothing says so.
        temporal_scale: Weight of the temporal adapter.
    """

    text: Tensor
    frames: Frames | None = None
    sounding: Tensor | None = None
    temporal_scale: float = 1.0


@contextmanager
def told(
    unet: UNet2DConditionModel, controlnet: ControlNetModel | None, conditions: Conditions
) -> Iterator[Predict]:
    """Yield a function that predicts noise under some conditions, which are digested once.

    Args:
        unet: The UNet, prepared by `install`.
        controlnet: The temporal adapter, prepared by `install`; it hears the text alone.
        conditions: The conditions.
    """
    text, scale = conditions.text, conditions.temporal_scale
    with attending(unet, text, conditions.frames):
        if controlnet is None or conditions.sounding is None or not scale:
            yield lambda x, t: unet(x.to(text.dtype), t, text, return_dict=False)[0].to(x.dtype)
            return
        with attending(controlnet, text), _embedded(controlnet, conditions.sounding) as picture:

            def predict(x: Tensor, t: Tensor) -> Tensor:
                same = x.to(text.dtype)
                down, middle = controlnet(
                    same, t, text, picture, conditioning_scale=scale, return_dict=False
                )
                noise: Tensor = unet(
                    same,
                    t,
                    text,
                    down_block_additional_residuals=down,
                    mid_block_additional_residual=middle,
                    return_dict=False,
                )[0]
                return noise.to(x.dtype)

            yield predict


@contextmanager
def _embedded(controlnet: ControlNetModel, sounding: Tensor) -> Iterator[Tensor]:
    """Yield the embedded condition, which the network takes as it is while the block runs."""
    embed = controlnet.controlnet_cond_embedding
    controlnet.controlnet_cond_embedding = nn.Identity()
    try:
        yield embed(sounding)
    finally:
        controlnet.controlnet_cond_embedding = embed


def denoising(
    predict: Predict, scheduler: Any, latents: Tensor, steps: int, guidance: float
) -> Iterator[Tensor]:
    """Yield the latents, [B, 4, h, w], after each evaluation of the network; the last are clean.

    Args:
        predict: Predicts the noise of 2B latents, of which the first half is not guided.
        scheduler: A scheduler of diffusers that has done nothing yet.
        latents: Unit noise, [B, 4, h, w].
        steps: Steps of the scheduler.
        guidance: Weight of what the conditions change; 1 is the conditions alone.
    """
    scheduler.set_timesteps(steps, device=latents.device)
    latents = latents * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        doubled = scheduler.scale_model_input(torch.cat([latents, latents]), t)
        free, bound = predict(doubled, t).chunk(2)
        latents = scheduler.step(free + guidance * (bound - free), t, latents, return_dict=False)[0]
        yield latents


def new_scheduler(config: Mapping[str, Any], name: str = "checkpoint") -> Any:
    """Return a fresh scheduler.

    Args:
        config: The checkpoint's `scheduler_config.json`.
        name: `checkpoint` for the one that it names, or one of `SCHEDULERS`.
    """
    known = config.get("_class_name", SCHEDULERS["pndm"])
    kind = getattr(diffusers, SCHEDULERS.get(name, known))
    return kind.from_config({key: config[key] for key in config if not key.startswith("_")})


def unit_noise(seed: int, shape: tuple[int, ...]) -> Tensor:
    """Return noise that depends on the seed alone, whatever the device and the batch."""
    return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed))
