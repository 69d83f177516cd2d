"""The published files of Diff-Foley, and the networks that lie in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from sfbench.encoders.fill import filled
from sfbench.errors import SfbenchError
from sfbench.model.diff_foley import unet, vae
from sfbench.model.diff_foley.compvis import renamed
from sfbench.model.diff_foley.condition import Condition
from sfbench.model.diff_foley.geometry import Geometry
from sfbench.model.diff_foley.schedule import without_schedule

if TYPE_CHECKING:
    from diffusers import AutoencoderKL, UNet2DConditionModel

_CONDITION = "cond_stage_model."


@dataclass(frozen=True, slots=True)
class LatentDiffusion:
    """The networks of the file `ldm_epoch240`."""

    unet: "UNet2DConditionModel"
    vae: "AutoencoderKL"
    condition: Condition


def read_latent_diffusion(state: Mapping[str, Tensor], geometry: Geometry) -> LatentDiffusion:
    """Return the networks that lie in an `ldm_epoch240` checkpoint.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """
    tensors = without_schedule(state)
    parts = (unet.PREFIX, vae.PREFIX, _CONDITION)
    if strange := [key for key in tensors if not key.startswith(parts)]:
        raise SfbenchError(f"the weights have keys of no known network: {' '.join(strange)[:300]}")
    width = geometry.unet.context
    return LatentDiffusion(
        unet.read_unet(tensors, geometry.unet),
        vae.read_vae(tensors, geometry.vae),
        filled(
            lambda: Condition(geometry.feature, width),
            renamed(tensors, _CONDITION, lambda key: key),
        ),
    )
