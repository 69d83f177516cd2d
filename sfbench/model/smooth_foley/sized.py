"""Networks of the small sizes, or of the published one without its weights.

Each part comes from a file, where one is given, or else has random weights by the rule.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from torch import Tensor, nn

from sfbench.encoders.clip.towers import IMAGE_H_14, ClipImage, ClipText
from sfbench.encoders.clip.vit import Geometry, ImageTower, TextTower
from sfbench.encoders.fill import filled
from sfbench.encoders.mini.clip import open_mini_clip, open_mini_clip_text
from sfbench.encoders.random_weights import random_network
from sfbench.errors import SfbenchError
from sfbench.model.auffusion import networks, sizes
from sfbench.model.auffusion.mel import MelImage
from sfbench.model.auffusion.phase_vocoder import PhaseVocoder
from sfbench.model.auffusion.text import CONTEXT, HashedTokens, TextEncoder
from sfbench.model.auffusion.vocoder import Vocoder, VocoderConfig
from sfbench.model.foleycrafter import detector
from sfbench.model.foleycrafter.adapter import AdapterSizes, FrameAdapter, frame_adapter
from sfbench.model.foleycrafter.attention import crossings
from sfbench.model.foleycrafter.detector import Detector
from sfbench.model.smooth_foley.networks import TEXT, Networks, fits, image_of, parted, pictures_of
from sfbench.model.smooth_foley.settings import Settings
from sfbench.model.smooth_foley.similarity import label_projection
from sfbench.weights.state import load_state

Network = TypeVar("Network", bound=nn.Module)

CLIP = "clip"
"""The part that sees, which no setting names a file for."""

SIZES = {"published": sizes.PUBLISHED, "tiny": sizes.TINY, "mini": sizes.MINI}
TINY_IMAGE_SIGNATURE = "random-weights-tiny-image-tower|bicubic-centre-224|24d"

_DETECTORS = {
    "published": detector.PUBLISHED,
    "tiny": detector.TINY,
    "mini": detector.TINY,
}
_TINY_IMAGE = Geometry(width=32, layers=2, heads=4, embedding=24)
_TINY_WORDS = 512


def sized_networks(settings: Settings, files: Mapping[str, Path], device: str) -> Networks:
    """Return networks of the settings' size.

    Args:
        settings: The settings.
        files: Files of parts, by the names that the settings have for them, and of the mini CLIP;
            of the others, the weights are random.
        device: Where CLIP runs.

    Raises:
        SfbenchError: A file cannot be read, or has another layout.
    """
    known, clip = SIZES[settings.size], files.get(CLIP)
    state = {name: load_state(path) for name, path in files.items() if name != CLIP}
    state["base"], state["text_encoder"] = parted(state.get("base", {}))
    if settings.weights == "mini" and state["base"] and not state["text_encoder"]:
        raise SfbenchError(
            f"{files['base']} has no {TEXT}… tensors, and a UNet learnt to read one text encoder "
            "alone; train with learn_text: sfbench train model/train/text-to-audio-mini.toml"
        )

    def part(name: str, make: Callable[[], Network]) -> Network:
        return filled(make, state[name]) if state.get(name) else _random(make, name)

    unet = part("base", lambda: networks.make_unet(known.unet))
    text = part("text_encoder", lambda: networks.make_text_model(known.text))
    pictures = open_mini_clip(device, clip) if clip else _pictures(settings, device)
    image = image_of(known.vocoder, known.columns)
    projection = state.get("label_projection")
    return Networks(
        unet=unet,
        vae=part("autoencoder", lambda: networks.make_vae(known.vae)),
        text=TextEncoder(networks.with_positions(text), HashedTokens(text.config.vocab_size)),
        scheduler=known.scheduler,
        vocoder=_vocoder(known.vocoder, image),
        image=image,
        adapter=_adapter(settings, unet, pictures, state.get("frame_adapter")),
        controlnet=part(
            "temporal_adapter", lambda: networks.make_control_net(known.unet, known.sounding)
        ),
        pictures=pictures,
        labels=_labels(clip, pictures, device) if settings.timing == "label" else None,
        projection=None if projection is None else label_projection(projection),
        detector=part("detector", lambda: Detector(_DETECTORS[settings.size]))
        if settings.timing == "detector"
        else None,
    )


def adapter_sizes(settings: Settings, unet: Any, pictures: ClipImage) -> AdapterSizes:
    """Return the sizes of a frame adapter that fits the other networks."""
    return AdapterSizes(
        picture=pictures.outputs["embedding"],
        token=unet.config.cross_attention_dim,
        tokens=settings.tokens,
        layers=crossings(unet),
    )


def _adapter(
    settings: Settings, unet: Any, pictures: ClipImage, state: Mapping[str, Tensor] | None
) -> FrameAdapter:
    if state is not None:
        return fits(frame_adapter(state), settings)
    known = adapter_sizes(settings, unet, pictures)
    return _random(lambda: FrameAdapter(known), "adapter")


def _vocoder(config: Mapping[str, Any], image: MelImage) -> nn.Module:
    known = msgspec.convert(dict(config), VocoderConfig)
    if not known.upsample_initial_channel:
        return PhaseVocoder(image)
    return _random(lambda: Vocoder(known), "vocoder")


def _pictures(settings: Settings, device: str) -> ClipImage:
    geometry, patch = (IMAGE_H_14, 14) if settings.size == "published" else (_TINY_IMAGE, 56)
    tower = _random(lambda: ImageTower(geometry, patch), "pictures").to(device)
    return pictures_of(tower, TINY_IMAGE_SIGNATURE, device)


def _labels(clip: Path | None, pictures: ClipImage, device: str) -> ClipText:
    if clip:
        return open_mini_clip_text(device, clip)
    width = pictures.outputs["embedding"]
    geometry = Geometry(width=32, layers=2, heads=4, embedding=width)
    tower = _random(lambda: TextTower(geometry, _TINY_WORDS, CONTEXT), "labels").to(device)
    tokens: Any = HashedTokens(_TINY_WORDS)
    return ClipText(tower, tokens, "labels", "random-weights-text-tower", width, device)


def _random(make: Callable[[], Network], name: str) -> Network:
    return random_network(make, f"smooth-foley/{_KNOWN_AS.get(name, name)}")


_KNOWN_AS = {
    "base": "unet",
    "autoencoder": "vae",
    "text_encoder": "text",
    "temporal_adapter": "controlnet",
}
