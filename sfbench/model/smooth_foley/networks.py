"""All networks of Smooth-Foley together, and how they come from the published files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from torch import Tensor, nn

from sfbench.encoders.clip.names import visual_state
from sfbench.encoders.clip.towers import IMAGE_H_14, ClipImage, ClipText, open_clip_vit_h_14_text
from sfbench.encoders.clip.vit import ImageTower, image_tower
from sfbench.errors import SfbenchError
from sfbench.model.auffusion import networks
from sfbench.model.auffusion.mel import MelImage
from sfbench.model.auffusion.text import PublishedTokens, TextEncoder
from sfbench.model.auffusion.vocoder import VocoderConfig, vocoder
from sfbench.model.foleycrafter.adapter import FrameAdapter, frame_adapter
from sfbench.model.foleycrafter.attention import install
from sfbench.model.foleycrafter.detector import Detector, detector
from sfbench.model.smooth_foley.settings import Settings
from sfbench.model.smooth_foley.similarity import LabelProjection, label_projection
from sfbench.weights.holding import Holding
from sfbench.weights.state import load_state

Holdings = Mapping[str, Holding]  # by name of the file
TEXT = "text_encoder."
"""Begins the names of the text encoder's tensors in the file of a base model."""

IMAGE_SIGNATURE = "ip-adapter-image-encoder|bicubic-centre-224|1024d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """The networks that make a sound, and what they need to know of each other."""

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text: TextEncoder
    scheduler: Mapping[str, Any]
    vocoder: nn.Module
    image: MelImage
    adapter: FrameAdapter
    controlnet: ControlNetModel
    pictures: ClipImage
    labels: ClipText | None
    projection: LabelProjection | None
    detector: Detector | None

    def __post_init__(self) -> None:
        install(self.unet, self.adapter)
        install(self.controlnet)

    def move(self, device: str, dtype: torch.dtype) -> None:
        """Move all of them; those that denoise take the precision, the rest stays in float32."""
        # The temporal adapter reads its condition in a third of the time; the rest is as fast.
        layout = torch.channels_last
        for network in (self.unet, self.controlnet, self.adapter):
            # Past diffusers' own `to`, which warns of modules that it would not cast: it has none.
            nn.Module.to(network, device, dtype, memory_format=layout)  # type: ignore[call-overload]
        others = (self.vae, self.vocoder, self.text.network, self.projection, self.detector)
        for network in others:
            if network is not None:
                nn.Module.to(network, device)

    @property
    def reduction(self) -> int:
        """Pixels of the image for each place of the latent picture, in each direction."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    @property
    def latent(self) -> tuple[int, int, int]:
        """Shape of a latent picture: channels, rows and columns."""
        image, smaller = self.image, self.reduction
        channels = int(self.vae.config.latent_channels)
        return channels, image.bands // smaller, image.columns // smaller


def published_networks(settings: Settings, holdings: Holdings, device: str) -> Networks:
    """Return the published networks, with the adapters that the settings name.

    Args:
        settings: The settings.
        holdings: The files of the group that the settings need, by name.
        device: Where CLIP runs.

    Raises:
        SfbenchError: A file cannot be read, or has another layout.
    """

    def state(name: str) -> dict[str, Tensor]:
        return load_state(Path(holdings[name].path or ""))

    def config(name: str) -> dict[str, Any]:
        read: dict[str, Any] = msgspec.json.decode(Path(holdings[name].path or "").read_bytes())
        return read

    unet = config("auffusion/unet/config.json")
    voice = config("foleycrafter-vocoder/config.json")
    words = Path(holdings["auffusion/tokenizer/vocab.json"].path or "").parent
    tower = image_tower(
        visual_state(state("ip-adapter-image-encoder/models/image_encoder/model.safetensors")),
        IMAGE_H_14,
        patch=14,
    )
    labelled = settings.timing == "label"
    base, text = parted(_own(settings.base) or {})
    return Networks(
        unet=networks.unet(unet, base or state("auffusion/unet/diffusion_pytorch_model.bin")),
        vae=networks.vae(
            config("auffusion/vae/config.json"),
            _own(settings.autoencoder) or state("auffusion/vae/diffusion_pytorch_model.bin"),
        ),
        text=TextEncoder(
            networks.text_model(
                config("auffusion/text_encoder/config.json"),
                text or state("auffusion/text_encoder/pytorch_model.bin"),
            ),
            PublishedTokens(words),
        ),
        scheduler=config("auffusion/scheduler/scheduler_config.json"),
        vocoder=vocoder(voice, state("foleycrafter-vocoder/vocoder.pt")),
        image=image_of(voice),
        adapter=fits(
            frame_adapter(_own(settings.frame_adapter) or state("foleycrafter-semantic")), settings
        ),
        controlnet=networks.control_net(
            unet, _own(settings.temporal_adapter) or state("foleycrafter-temporal")
        ),
        pictures=pictures_of(tower.to(device), IMAGE_SIGNATURE, device),
        labels=open_clip_vit_h_14_text(device) if labelled else None,
        projection=_projection(settings),
        detector=detector(_own(settings.detector) or state("foleycrafter-detector"))
        if settings.timing == "detector"
        else None,
    )


def image_of(config: Mapping[str, Any], columns: int = 1024) -> MelImage:
    """Return the mel image that a vocoder's config speaks of."""
    known = msgspec.convert(dict(config), VocoderConfig)
    return MelImage(
        bands=known.num_mels,
        columns=columns,
        rate=known.sampling_rate,
        hop=known.hop_size,
        transform=known.n_fft,
        window=known.win_size,
    )


def pictures_of(tower: ImageTower, signature: str, device: str) -> ClipImage:
    """Return the extractor over an image tower."""
    width = tower.proj.shape[1]
    return ClipImage(tower, "pictures", signature, {"embedding": width}, device)


def _own(file: str) -> dict[str, Tensor] | None:
    return load_state(Path(file)) if file else None


def _projection(settings: Settings) -> LabelProjection | None:
    state = _own(settings.label_projection)
    return label_projection(state) if state else None


def parted(base: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return the tensors of a base model's UNet, and of its text encoder."""
    text = {key.removeprefix(TEXT): base[key] for key in base if key.startswith(TEXT)}
    return {key: base[key] for key in base if not key.startswith(TEXT)}, text


def fits(adapter: FrameAdapter, settings: Settings) -> FrameAdapter:
    """Return an adapter that has as many tokens for each picture as the settings say.

    Raises:
        SfbenchError: It has not.
    """
    if adapter.image_proj.tokens != settings.tokens:
        raise SfbenchError(
            f"the frame adapter has {adapter.image_proj.tokens} tokens for each picture, not "
            f"{settings.tokens}; type: --set tokens={adapter.image_proj.tokens}"
        )
    return adapter
