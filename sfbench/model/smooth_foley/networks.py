"""All networks of Smooth-Foley together: from the published files, or with random weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from torch import Tensor, nn

from sfbench.encoders.clip.names import visual_state
from sfbench.encoders.clip.towers import IMAGE_H_14, ClipImage, ClipText, open_clip_vit_h_14_text
from sfbench.encoders.clip.vit import Geometry, ImageTower, TextTower, image_tower
from sfbench.encoders.random_weights import random_network
from sfbench.errors import SfbenchError
from sfbench.model.auffusion import networks, sizes
from sfbench.model.auffusion.mel import MelImage
from sfbench.model.auffusion.text import CONTEXT, HashedTokens, PublishedTokens, TextEncoder
from sfbench.model.auffusion.vocoder import Vocoder, VocoderConfig, vocoder
from sfbench.model.foleycrafter.adapter import AdapterSizes, FrameAdapter, frame_adapter
from sfbench.model.foleycrafter.attention import crossings, install
from sfbench.model.foleycrafter.detector import PUBLISHED, TINY, Detector, detector
from sfbench.model.smooth_foley.settings import Settings
from sfbench.model.smooth_foley.similarity import LabelProjection, label_projection
from sfbench.weights.holding import Holding
from sfbench.weights.state import load_state

Holdings = Mapping[str, Holding]  # by name of the file
Network = TypeVar("Network", bound=nn.Module)

IMAGE_SIGNATURE = "ip-adapter-image-encoder|bicubic-centre-224|1024d"
TINY_IMAGE_SIGNATURE = "random-weights-tiny-image-tower|bicubic-centre-224|24d"

_TINY_IMAGE = Geometry(width=32, layers=2, heads=4, embedding=24)
_TINY_WORDS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """The networks that make a sound, and what they need to know of each other."""

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text: TextEncoder
    scheduler: Mapping[str, Any]
    vocoder: Vocoder
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
        layout = torch.channels_last if device.startswith("cuda") else torch.preserve_format
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
    return Networks(
        unet=networks.unet(
            unet, _own(settings.base) or state("auffusion/unet/diffusion_pytorch_model.bin")
        ),
        vae=networks.vae(
            config("auffusion/vae/config.json"), state("auffusion/vae/diffusion_pytorch_model.bin")
        ),
        text=TextEncoder(
            networks.text_model(
                config("auffusion/text_encoder/config.json"),
                state("auffusion/text_encoder/pytorch_model.bin"),
            ),
            PublishedTokens(words),
        ),
        scheduler=config("auffusion/scheduler/scheduler_config.json"),
        vocoder=vocoder(voice, state("foleycrafter-vocoder/vocoder.pt")),
        image=image_of(voice),
        adapter=_fits(
            frame_adapter(_own(settings.frame_adapter) or state("foleycrafter-semantic")), settings
        ),
        controlnet=networks.control_net(
            unet, _own(settings.temporal_adapter) or state("foleycrafter-temporal")
        ),
        pictures=_pictures(tower.to(device), IMAGE_SIGNATURE, device),
        labels=open_clip_vit_h_14_text(device) if labelled else None,
        projection=_projection(settings),
        detector=detector(state("foleycrafter-detector"))
        if settings.timing == "detector"
        else None,
    )


def random_networks(settings: Settings, device: str) -> Networks:
    """Return networks with random weights, but for the files that the settings name."""
    tiny = settings.size == "tiny"
    known = sizes.TINY if tiny else sizes.PUBLISHED
    voice = msgspec.convert(known.vocoder, VocoderConfig)
    tower = (_TINY_IMAGE, 56) if tiny else (IMAGE_H_14, 14)
    text = networks.with_positions(_random(lambda: networks.make_text_model(known.text), "text"))
    tokens = HashedTokens(text.config.vocab_size)
    base, seen, timed = (
        _own(file) for file in (settings.base, settings.frame_adapter, settings.temporal_adapter)
    )
    unet = (
        networks.unet(known.unet, base)
        if base
        else _random(lambda: networks.make_unet(known.unet), "unet")
    )
    adapter = AdapterSizes(
        picture=tower[0].embedding,
        token=unet.config.cross_attention_dim,
        tokens=settings.tokens,
        layers=crossings(unet),
    )
    return Networks(
        unet=unet,
        vae=_random(lambda: networks.make_vae(known.vae), "vae"),
        text=TextEncoder(text, tokens),
        scheduler=known.scheduler,
        vocoder=_random(lambda: Vocoder(voice), "vocoder"),
        image=image_of(known.vocoder),
        adapter=_fits(frame_adapter(seen), settings)
        if seen
        else _random(lambda: FrameAdapter(adapter), "adapter"),
        controlnet=networks.control_net(known.unet, timed)
        if timed
        else _random(lambda: networks.make_control_net(known.unet), "controlnet"),
        pictures=_pictures(
            _random(lambda: ImageTower(*tower), "pictures").to(device), TINY_IMAGE_SIGNATURE, device
        ),
        labels=_random_labels(tower[0].embedding, device) if settings.timing == "label" else None,
        projection=_projection(settings),
        detector=_random(lambda: Detector(TINY if tiny else PUBLISHED), "detector")
        if settings.timing == "detector"
        else None,
    )


def image_of(config: Mapping[str, Any]) -> MelImage:
    """Return the mel image that a vocoder's config speaks of."""
    known = msgspec.convert(dict(config), VocoderConfig)
    return MelImage(
        bands=known.num_mels,
        rate=known.sampling_rate,
        hop=known.hop_size,
        transform=known.n_fft,
        window=known.win_size,
    )


def _pictures(tower: ImageTower, signature: str, device: str) -> ClipImage:
    width = tower.proj.shape[1]
    return ClipImage(tower, "pictures", signature, {"embedding": width}, device)


def _random_labels(width: int, device: str) -> ClipText:
    geometry = Geometry(width=32, layers=2, heads=4, embedding=width)
    tower = _random(lambda: TextTower(geometry, _TINY_WORDS, CONTEXT), "labels").to(device)
    tokens: Any = HashedTokens(_TINY_WORDS)
    return ClipText(tower, tokens, "labels", "random-weights-text-tower", width, device)


def _random(make: Callable[[], Network], name: str) -> Network:
    return random_network(make, f"smooth-foley/{name}")


def _own(file: str) -> dict[str, Tensor] | None:
    return load_state(Path(file)) if file else None


def _projection(settings: Settings) -> LabelProjection | None:
    state = _own(settings.label_projection)
    return label_projection(state) if state else None


def _fits(adapter: FrameAdapter, settings: Settings) -> FrameAdapter:
    if adapter.image_proj.tokens != settings.tokens:
        raise SfbenchError(
            f"the frame adapter has {adapter.image_proj.tokens} tokens for each picture, not "
            f"{settings.tokens}; type: --set tokens={adapter.image_proj.tokens}"
        )
    return adapter
