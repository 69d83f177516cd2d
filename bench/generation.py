"""Cost of a clip of Smooth-Foley's networks: python bench/generation.py [SIZE] [STEPS] [FRAMES].

SIZE is `tiny` or `published`, the latter in about 7 GiB. Random weights; processor seconds of all
threads together. What does not depend on the step is made once (`once`), in every step (`each
step`), or by diffusers' stock pipeline (`stock`), which makes it in every step, too.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from diffusers import StableDiffusionControlNetPipeline
from diffusers.models.attention_processor import AttnProcessor2_0
from torch import Tensor

from sfbench.encoders.random_weights import random_network
from sfbench.model.auffusion import networks
from sfbench.model.auffusion.decode import sounds
from sfbench.model.auffusion.sizes import PUBLISHED, TINY
from sfbench.model.auffusion.vocoder import Vocoder, VocoderConfig
from sfbench.model.foleycrafter.adapter import AdapterSizes, FrameAdapter, published
from sfbench.model.foleycrafter.attention import Frames, crossings, install
from sfbench.model.foleycrafter.denoise import (
    Conditions,
    Predict,
    denoising,
    new_scheduler,
    told,
    unit_noise,
)
from sfbench.model.smooth_foley.condition import time_masks


@dataclass(frozen=True)
class Case:
    """Networks of a size, and what they are told of each clip."""

    sizes: Any
    steps: int
    frames: int
    unet: Any
    controlnet: Any
    adapter: FrameAdapter
    vae: Any
    vocoder: Vocoder

    @property
    def rows(self) -> int:
        """Rows of the mel image."""
        return int(self.sizes.vocoder["num_mels"])

    def inputs(self, clips: int) -> SimpleNamespace:
        """Return texts, embeddings, conditions and noise of so many clips."""
        width = self.unet.config.cross_attention_dim
        random = torch.Generator("cpu").manual_seed(0)
        seen = torch.randn(
            clips, self.frames, self.adapter.image_proj.proj.in_features, generator=random
        )
        shape = (4, self.rows // 8, self.sizes.columns // 8)
        return SimpleNamespace(
            text=torch.randn(2 * clips, 77, width, generator=random),
            seen=torch.cat([torch.zeros_like(seen), seen]),
            sounding=torch.ones(2 * clips, 1, self.rows, self.sizes.columns),
            latents=torch.stack([unit_noise(number, shape) for number in range(clips)]),
        )

    def masks(self) -> Tensor:
        """Return masks of even times."""
        begins = np.arange(self.frames, dtype=np.float32) * (self.sizes.columns / self.frames)
        return time_masks(begins, self.rows, self.sizes.columns)


def main() -> None:
    """Print a table of one size."""
    size, steps, frames = [*sys.argv[1:], *("tiny", "10", "150")[len(sys.argv) - 1 :]][:3]
    case = opened(TINY if size == "tiny" else PUBLISHED, int(steps), int(frames))
    held = peak()
    print(f"{size}: {steps} steps, {frames} frames, weights in {held:.0f} MiB")
    print(f"{'what':42}{'CPU s / clip':>14}{'ratio':>8}{'peak MiB':>10}")
    once = seconds(lambda: sampled(case, 1))
    line("once", once, once)
    line("digesting the conditions, of that", seconds(lambda: digested(case)), once)
    line("each step", seconds(lambda: sampled(case, 1, again=True)), once)
    line("stock diffusers", seconds(lambda: stock(case)), once)
    masked = seconds(lambda: sampled(case, 1, masks=case.masks()))
    line("once, each column its frames (mask)", masked, once)
    if size == "tiny":
        line("stock diffusers, mask", seconds(lambda: stock(case, case.masks())), once)
        line("once, 4 clips together", seconds(lambda: sampled(case, 4)) / 4, once)
    latents = case.inputs(1).latents
    line("autoencoder and vocoder", seconds(lambda: sounds(case.vae, case.vocoder, latents)), once)


def opened(sizes: Any, steps: int, frames: int) -> Case:
    """Return networks with random weights."""
    unet = random_network(lambda: networks.make_unet(sizes.unet), "unet")
    token = unet.config.cross_attention_dim
    adapter = AdapterSizes(picture=1024, token=token, tokens=4, layers=crossings(unet))
    voice = VocoderConfig(**sizes.vocoder)
    return Case(
        sizes,
        steps,
        frames,
        unet=unet,
        controlnet=random_network(lambda: networks.make_control_net(sizes.unet), "controlnet"),
        adapter=random_network(lambda: FrameAdapter(adapter), "adapter"),
        vae=random_network(lambda: networks.make_vae(sizes.vae), "vae"),
        vocoder=random_network(lambda: Vocoder(voice), "vocoder"),
    )


@torch.inference_mode()
def sampled(case: Case, clips: int, masks: Tensor | None = None, again: bool = False) -> None:
    """Denoise so many clips; `again` digests the conditions in every step."""
    install(case.unet, case.adapter)
    install(case.controlnet)
    given = case.inputs(clips)
    with _telling(case, given, masks, again) as predict:
        scheduler = new_scheduler(case.sizes.scheduler, "ddim")
        for _ in denoising(predict, scheduler, given.latents, case.steps, 7.5):
            pass


@torch.inference_mode()
def digested(case: Case) -> None:
    """Make what does not depend on the step, and nothing else."""
    install(case.unet, case.adapter)
    install(case.controlnet)
    with _telling(case, case.inputs(1), None, again=False):
        pass


@contextmanager
def _telling(
    case: Case, given: SimpleNamespace, masks: Tensor | None, again: bool
) -> Iterator[Predict]:
    def conditions() -> Conditions:
        frames = Frames(case.adapter.image_proj(given.seen), 1.0, masks)
        return Conditions(
            text=given.text, frames=frames, sounding=given.sounding, temporal_scale=0.2
        )

    def anew(x: Tensor, t: Tensor) -> Tensor:
        with told(case.unet, case.controlnet, conditions()) as predict:
            return predict(x, t)

    if again:
        yield anew
        return
    with told(case.unet, case.controlnet, conditions()) as predict:
        yield predict


def stock(case: Case, masks: Tensor | None = None) -> None:
    """Denoise a clip by the stock pipeline, over the same networks."""
    case.unet.set_attn_processor(AttnProcessor2_0())
    case.controlnet.set_attn_processor(AttnProcessor2_0())
    pipeline = StableDiffusionControlNetPipeline(
        vae=case.vae,
        text_encoder=None,
        tokenizer=None,
        unet=case.unet,
        controlnet=case.controlnet,
        scheduler=new_scheduler(case.sizes.scheduler, "ddim"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.load_ip_adapter(
        published(case.adapter), subfolder="", weight_name="a.bin", image_encoder_folder=None
    )
    given = case.inputs(1)
    beside = {} if masks is None else {"ip_adapter_masks": [masks[None]]}
    pipeline(
        prompt_embeds=given.text[1:],
        negative_prompt_embeds=given.text[:1],
        image=given.sounding[:1],
        ip_adapter_image_embeds=[given.seen],
        controlnet_conditioning_scale=0.2,
        num_inference_steps=case.steps,
        latents=given.latents,
        output_type="latent",
        height=case.rows,
        width=case.sizes.columns,
        cross_attention_kwargs=beside,
    )
    pipeline.unload_ip_adapter()


def seconds(work: Callable[[], object]) -> float:
    """Return the processor seconds that some work takes."""
    began = time.process_time()
    with torch.inference_mode():
        work()
    return time.process_time() - began


def peak() -> float:
    """Return the largest resident size so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def line(what: str, cost: float, unit: float) -> None:
    """Print a row."""
    print(f"{what:42}{cost:14.2f}{cost / unit:8.2f}{peak():10.0f}", flush=True)


if __name__ == "__main__":
    main()
