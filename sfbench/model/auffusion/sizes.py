"""Sizes of Auffusion's networks: the published ones, and small ones of the same classes.

The published UNet's own config was not found; these are Stable Diffusion 1.5's, which the sizes of
the adapters' files bear out. Weights from a folder bring their own.
"""

from dataclasses import dataclass
from typing import Any

_SCHEDULER = {
    "_class_name": "PNDMScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
}
_ENCODER, _DECODER = ["DownEncoderBlock2D"] * 4, ["UpDecoderBlock2D"] * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What diffusers and transformers build the networks from, by part.

    Attributes:
        unet: Of `UNet2DConditionModel`.
        vae: Of `AutoencoderKL`.
        text: Of `CLIPTextConfig`.
        vocoder: Of the vocoder's `config.json`; of one without channels, phases are found instead.
        scheduler: Of a scheduler, with `_class_name`.
        columns: Columns of the mel image.
        sounding: Channels of the layers through which the temporal adapter reads when it sounds:
            `conditioning_embedding_out_channels` of `ControlNetModel`.
    """

    unet: dict[str, Any]
    vae: dict[str, Any]
    text: dict[str, Any]
    vocoder: dict[str, Any]
    scheduler: dict[str, Any]
    columns: int = 1024
    sounding: tuple[int, ...] = (16, 32, 96, 256)


PUBLISHED = Sizes(
    unet={"cross_attention_dim": 768, "sample_size": 64},
    vae={
        "block_out_channels": [128, 256, 512, 512],
        "down_block_types": _ENCODER,
        "up_block_types": _DECODER,
        "latent_channels": 4,
        "layers_per_block": 2,
        "scaling_factor": 0.18215,
    },
    text={"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12},
    vocoder={
        "num_mels": 256,
        "upsample_rates": [5, 4, 4, 2],
        "upsample_kernel_sizes": [11, 8, 8, 4],
        "upsample_initial_channel": 512,
        "resblock_kernel_sizes": [3, 7, 11],
        "resblock_dilation_sizes": [[1, 3, 5]] * 3,
    },
    scheduler=_SCHEDULER,
)

TINY = Sizes(
    unet={
        "block_out_channels": [32, 64, 96, 96],
        "cross_attention_dim": 32,
        "attention_head_dim": 8,
        "sample_size": 32,
    },
    vae={
        "block_out_channels": [8, 8, 16, 16],
        "down_block_types": _ENCODER,
        "up_block_types": _DECODER,
        "latent_channels": 4,
        "layers_per_block": 1,
        "norm_num_groups": 4,
        "scaling_factor": 0.18215,
    },
    text={
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "vocab_size": 512,
        "bos_token_id": 510,
        "eos_token_id": 511,
    },
    vocoder={
        "num_mels": 64,
        "upsample_rates": [5, 4, 4, 2],
        "upsample_kernel_sizes": [11, 8, 8, 4],
        "upsample_initial_channel": 32,
        "resblock_kernel_sizes": [3],
        "resblock_dilation_sizes": [[1, 3]],
    },
    scheduler=_SCHEDULER,
)

MINI = Sizes(
    unet={
        "in_channels": 8,
        "out_channels": 8,
        "block_out_channels": [24, 48, 80, 112],
        "down_block_types": ["DownBlock2D", *["CrossAttnDownBlock2D"] * 3],
        "up_block_types": [*["CrossAttnUpBlock2D"] * 3, "UpBlock2D"],
        "layers_per_block": 1,
        "norm_num_groups": 8,
        "cross_attention_dim": 64,
        "attention_head_dim": 4,
        "sample_size": [16, 64],
    },
    vae={
        "block_out_channels": [12, 24, 48, 64],
        "down_block_types": _ENCODER,
        "up_block_types": _DECODER,
        "latent_channels": 8,
        "layers_per_block": 1,
        "norm_num_groups": 4,
        "mid_block_add_attention": False,
        "scaling_factor": 1.0,
    },
    text={
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "vocab_size": 1024,
        "bos_token_id": 1022,
        "eos_token_id": 1023,
    },
    vocoder={"num_mels": 128, "hop_size": 320, "n_fft": 1024, "win_size": 1024},
    scheduler={
        "_class_name": "DPMSolverMultistepScheduler",
        "beta_schedule": "squaredcos_cap_v2",
        "num_train_timesteps": 1000,
        "prediction_type": "v_prediction",
    },
    columns=512,
    sounding=(4, 8, 16, 24),
)
