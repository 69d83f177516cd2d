"""The mini networks: the published classes, trained by this project, kept in `model/mini/`."""

from collections.abc import Mapping

from torch import Tensor

from sfbench import store
from sfbench.encoders.fill import filled
from sfbench.encoders.mini.weights import read_mini
from sfbench.model.diff_foley.cavp import Cavp
from sfbench.model.diff_foley.classifier import AlignmentClassifier
from sfbench.model.diff_foley.condition import Condition
from sfbench.model.diff_foley.geometry import MINI
from sfbench.model.diff_foley.networks import LatentDiffusion, Networks
from sfbench.model.diff_foley.unet import new_unet
from sfbench.model.diff_foley.vae import new_vae

CAVP = "diff-foley-cavp"
VAE = "diff-foley-vae"
DENOISER = "diff-foley"
CLASSIFIER = "diff-foley-classifier"
"""Names of the files; they hold tensors under the names of our modules."""

MINI_NOTE = (
    "The networks are mini: small, trained by this project on its simulated world alone. No figure "
    "says what the published Diff-Foley can do."
)
"""What the reader of a result must know."""

State = Mapping[str, Tensor]


def mini_networks() -> Networks:
    """Return the mini networks.

    Raises:
        SfbenchError: A file is missing or damaged; the message says how to train anew.
    """
    states = {name: read_mini(name).state for name in (CAVP, VAE, DENOISER, CLASSIFIER)}
    return Networks(
        filled(lambda: Cavp(MINI), states[CAVP]),
        LatentDiffusion(
            unet=filled(lambda: new_unet(MINI.unet), under(states[DENOISER], "unet.")),
            vae=filled(lambda: new_vae(MINI.vae), states[VAE]),
            condition=filled(
                lambda: Condition(MINI.feature, MINI.unet.context),
                under(states[DENOISER], "condition."),
            ),
        ),
        filled(lambda: AlignmentClassifier(MINI.classifier), states[CLASSIFIER]),
    )


def mini_contents() -> dict[str, str]:
    """Return the hashes of the files by name; the names say that they are mini.

    Raises:
        SfbenchError: A file is missing or damaged; the message says how to train anew.
    """
    parts = (CAVP, VAE, DENOISER, CLASSIFIER)
    return {f"mini-{name}": store.sha256_file(read_mini(name).path) for name in parts}


def under(state: State, prefix: str) -> dict[str, Tensor]:
    """Return the tensors whose names begin with a prefix, without it."""
    return {
        name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)
    }
