"""The trainer `frame-adapter`: keys and values for pictures, or their projection; Eq. 3.

Source: Zhang et al., arXiv 2412.18157, section II-B; Ye et al., arXiv 2308.06721.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from sfbench.model.settings import checked
from sfbench.model.smooth_foley.choose import CLIP_WISE
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.smooth_foley.sized import CLIP
from sfbench.model.tuning.anew import with_new_frame_adapter
from sfbench.model.tuning.denoiser import Drops
from sfbench.model.tuning.denoising import train_denoising
from sfbench.model.tuning.export import save_part
from sfbench.model.tuning.materials import gather
from sfbench.model.tuning.prepare import embeddings
from sfbench.model.tuning.settings import FrameSettings
from sfbench.progress import Watch

NAME = "frame-adapter"


def train_frame_adapter(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `frame-adapter.*` into `out`.

    An adapter that is told of the mean of all pictures is called `frame-adapter-clip-wise`.

    Args:
        given: The recipe's settings; see `FrameSettings`.
        out: Where the adapter and its card go.
        resume: Whether to go on with a training that was stopped.
        watch: Shows progress.

    Raises:
        SfbenchError: Settings, weights or data cannot be used, or `out` holds a training that was
            begun and `resume` does not say to go on.
    """
    settings = checked(given, FrameSettings)
    begins = (CLIP, "autoencoder", "base", *(() if settings.anew else ("frame_adapter",)))
    materials = gather(settings, out, watch, sight=embeddings, parts=begins)
    if settings.anew:
        new = with_new_frame_adapter(materials.networks, settings.networks, settings.seed)
        new.move(str(materials.accelerator.device), torch.float32)
        materials = replace(materials, networks=new)
    networks = materials.networks
    adapter = networks.adapter
    if settings.first == "text":
        begin_as_text(networks)
    adapter.ip_adapter.requires_grad_(settings.learn != "projection")
    adapter.image_proj.requires_grad_(settings.learn != "keys-values")
    drops = Drops(text=settings.drop_text, image=settings.drop_image, both=settings.drop_both)

    name = CLIP_WISE if settings.networks.embedding == "mean" else NAME

    def export(folder: Path) -> Path:
        return save_part({"": adapter}, folder / f"{name}.safetensors", half=settings.half)

    train_denoising(name, adapter, materials, settings, drops, export, out, resume, watch)


def begin_as_text(networks: Networks) -> None:
    """Give keys and values for pictures the values of those for text, as IP-Adapter begins."""
    names = [name.removesuffix(".processor") for name in networks.unet.attn_processors]
    for number, pair in networks.adapter.ip_adapter.items():
        layer = networks.unet.get_submodule(names[int(number)]).state_dict()
        known = {f"to_{one}_ip.weight": layer[f"to_{one}.weight"] for one in "kv"}
        pair.load_state_dict(known)
