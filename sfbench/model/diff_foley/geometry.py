"""Sizes of the networks: the published ones, mini ones of the same classes, tiny ones for tests."""

from dataclasses import dataclass

LATENT = 4
"""Channels of a latent."""

MEL_BANDS = 128
FRAMES = 512
"""Mel frames that one window of sound has."""

DOWN = 8
"""Mel bands, and frames, per step of a latent."""

POSITIONS = 40
"""Video features for which positions were learned."""


@dataclass(frozen=True, slots=True)
class UNetSize:
    """Size of a UNet, or of its encoder half.

    Attributes:
        channels: Channels per level.
        attends: Whether each level has attention.
        layers: Residual blocks per level.
        heads: Heads of attention.
        context: Width of the condition.
        groups: Groups of channels that are normalised together; they divide all channels. A group
            of one channel would forget how loud it is.
    """

    channels: tuple[int, ...]
    attends: tuple[bool, ...]
    layers: int
    heads: int
    context: int
    groups: int = 32


@dataclass(frozen=True, slots=True)
class Geometry:
    """Sizes of all networks.

    Attributes:
        unet: The denoiser.
        classifier: The guide; its context is as wide as a video feature.
        vae: Channels of the autoencoder per level.
        stem: Channels of CAVP's video encoder after its first convolution.
        ears: Channels of CAVP's sound encoder after its first pair of convolutions.
        feature: Width of a video feature.
        picture: Height and width of the pictures that CAVP sees.
    """

    unet: UNetSize
    classifier: UNetSize
    vae: tuple[int, ...]
    stem: int
    ears: int
    feature: int
    picture: int


PUBLISHED = Geometry(
    unet=UNetSize((320, 640, 1280, 1280), (True, True, True, False), 2, 8, 768),
    classifier=UNetSize((128, 256, 256), (False, True, True), 1, 8, 512),
    vae=(128, 256, 512, 512),
    stem=64,
    ears=64,
    feature=512,
    picture=224,
)

MINI = Geometry(
    unet=UNetSize((32, 48, 48), (False, True, True), 1, 4, 48, groups=8),
    classifier=UNetSize((16, 32), (False, True), 1, 4, 48, groups=8),
    vae=(16, 32, 32, 32),
    stem=5,
    ears=3,
    feature=48,
    picture=64,
)

TINY = Geometry(
    unet=UNetSize((32, 64), (True, True), 1, 4, 64),
    classifier=UNetSize((32, 64), (True, True), 1, 4, 48),
    vae=(8, 16, 32, 32),
    stem=8,
    ears=8,
    feature=48,
    picture=64,
)

GEOMETRIES = {"published": PUBLISHED, "mini": MINI, "tiny": TINY}
"""Sizes by name."""
