"""All networks of Diff-Foley together: from the published files, or with random weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor

from sfbench.encoders.fill import filled
from sfbench.encoders.random_weights import random_network
from sfbench.errors import SfbenchError
from sfbench.model.diff_foley import unet, vae
from sfbench.model.diff_foley.cavp import Cavp, read_cavp
from sfbench.model.diff_foley.classifier import AlignmentClassifier, read_classifier
from sfbench.model.diff_foley.compvis import renamed
from sfbench.model.diff_foley.condition import Condition
from sfbench.model.diff_foley.geometry import PUBLISHED, Geometry
from sfbench.model.diff_foley.schedule import without_schedule
from sfbench.weights.holding import Holding
from sfbench.weights.state import load_state

_CONDITION = "cond_stage_model."


@dataclass(frozen=True, slots=True)
class LatentDiffusion:
    """The networks of the file `ldm_epoch240`."""

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    condition: Condition


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks that make a sound."""

    cavp: Cavp
    diffusion: LatentDiffusion
    classifier: AlignmentClassifier

    def to(self, device: str) -> "Networks":
        """Move all of them to a device, and return them."""
        diffusion = self.diffusion
        for network in (self.cavp, diffusion.unet, diffusion.vae, diffusion.condition):
            network.to(device)
        self.classifier.to(device)
        return self


def published_networks(holdings: Mapping[str, Holding]) -> Networks:
    """Return the published networks from the files of the group `diff-foley`, by name.

    Raises:
        SfbenchError: A file cannot be read, or has another layout.
    """

    def read(part: str) -> dict[str, Tensor]:
        return load_state(Path(holdings[f"diff-foley-{part}"].path or ""))

    return Networks(
        read_cavp(read("cavp"), PUBLISHED),
        read_latent_diffusion(read("ldm"), PUBLISHED),
        read_classifier(read("classifier"), PUBLISHED.classifier),
    )


def random_networks(geometry: Geometry) -> Networks:
    """Return networks with random weights: for tests, never for results."""
    width = geometry.unet.context
    diffusion = LatentDiffusion(
        random_network(lambda: unet.new_unet(geometry.unet), "unet"),
        random_network(lambda: vae.new_vae(geometry.vae), "vae"),
        random_network(lambda: Condition(geometry.feature, width), "condition"),
    )
    return Networks(
        random_network(lambda: Cavp(geometry), "cavp"),
        diffusion,
        random_network(lambda: AlignmentClassifier(geometry.classifier), "classifier"),
    )


def read_latent_diffusion(state: Mapping[str, Tensor], geometry: Geometry) -> LatentDiffusion:
    """Return the networks that lie in an `ldm_epoch240` checkpoint.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """
    tensors = without_schedule(state)
    parts = (unet.PREFIX, vae.PREFIX, _CONDITION)
    if strange := [key for key in tensors if not key.startswith(parts)]:
        raise SfbenchError(f"the weights have keys of no known network: {' '.join(strange)[:300]}")
    return LatentDiffusion(
        unet.read_unet(tensors, geometry.unet),
        vae.read_vae(tensors, geometry.vae),
        filled(
            lambda: Condition(geometry.feature, geometry.unet.context),
            renamed(tensors, _CONDITION, lambda key: key),
        ),
    )
