"""The autoencoder of mel spectrograms: diffusers' stock one, filled from the CompVis layout.

Spectrograms enter as they are, in [0, 1], three equal channels of [128, T]; channel 0 of what is
decoded is the answer.
"""

from collections.abc import Mapping, Sequence

from diffusers import AutoencoderKL
from torch import Tensor

from sfbench.encoders.fill import filled
from sfbench.model.diff_foley.compvis import renamed, vae_key
from sfbench.model.diff_foley.geometry import LATENT

PREFIX = "first_stage_model."
SCALE = 0.18215
"""What an encoded spectrogram is multiplied by, to be a latent."""

_LAYERS = 2
_GROUP = 4  # channels that are normalised together


def new_vae(channels: Sequence[int]) -> AutoencoderKL:
    """Return an autoencoder with these channels per level, with first values."""
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels),
        block_out_channels=tuple(channels),
        layers_per_block=_LAYERS,
        latent_channels=LATENT,
        norm_num_groups=channels[0] // _GROUP,
        scaling_factor=SCALE,
    )


def read_vae(state: Mapping[str, Tensor], channels: Sequence[int]) -> AutoencoderKL:
    """Return the autoencoder that lies under `first_stage_model.` of a checkpoint.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """
    tensors = renamed(state, PREFIX, lambda key: vae_key(key, len(channels)))
    return filled(lambda: new_vae(channels), tensors)


def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Return spectrograms, [B, 8h, 8w], about 0 to 1, of latents, [B, 4, h, w]."""
    decoded: Tensor = vae.decode(latents / SCALE).sample
    return decoded[:, 0]


def encode(vae: AutoencoderKL, spectrograms: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and log variance of latents, [B, 4, h, w], not scaled.

    Args:
        vae: The autoencoder.
        spectrograms: In [0, 1], [B, 8h, 8w].
    """
    posterior = vae.encode(spectrograms[:, None].expand(-1, 3, -1, -1)).latent_dist
    return posterior.mean, posterior.logvar
