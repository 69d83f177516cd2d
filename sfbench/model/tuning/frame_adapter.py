"""The trainer `frame-adapter`: keys and values for pictures, or their projection; Eq. 3.

Source: Zhang et al., arXiv 2412.18157, section II-B; Ye et al., arXiv 2308.06721.
"""

from pathlib import Path
from typing import Any

from sfbench.model.foleycrafter.export import export_frame_adapter
from sfbench.model.settings import checked
from sfbench.model.smooth_foley.networks import Networks
from sfbench.model.tuning.denoiser import Drops
from sfbench.model.tuning.denoising import train_denoising
from sfbench.model.tuning.materials import gather
from sfbench.model.tuning.settings import FrameSettings
from sfbench.progress import Watch

NAME = "frame-adapter"


def train_frame_adapter(given: dict[str, Any], out: Path, resume: bool, watch: Watch) -> None:
    """Train by the settings of a recipe and write `frame-adapter.*` into `out`.

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
    materials = gather(settings, out, watch, pictures=True)
    networks = materials.networks
    adapter = networks.adapter
    if settings.first == "text":
        begin_as_text(networks)
    adapter.ip_adapter.requires_grad_(settings.learn != "projection")
    adapter.image_proj.requires_grad_(settings.learn != "keys-values")
    drops = Drops(text=settings.drop_text, image=settings.drop_image, both=settings.drop_both)

    def export(folder: Path) -> Path:
        export_frame_adapter(adapter, folder / f"{NAME}.safetensors")
        return folder / f"{NAME}.safetensors"

    train_denoising(NAME, adapter, materials, settings, drops, export, out, resume, watch)


def begin_as_text(networks: Networks) -> None:
    """Give keys and values for pictures the values of those for text, as IP-Adapter begins."""
    names = [name.removesuffix(".processor") for name in networks.unet.attn_processors]
    for number, pair in networks.adapter.ip_adapter.items():
        layer = networks.unet.get_submodule(names[int(number)]).state_dict()
        known = {f"to_{one}_ip.weight": layer[f"to_{one}.weight"] for one in "kv"}
        pair.load_state_dict(known)
