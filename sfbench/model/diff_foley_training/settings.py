"""What the trainings of Diff-Foley's networks depend on."""

from typing import Annotated, Literal

import msgspec

from sfbench.model.diff_foley.geometry import GEOMETRIES, Geometry
from sfbench.model.training.cycle import Cycle
from sfbench.model.training.pace import Positive, Scale, Share, Some, Whole


class Settings(Cycle, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings that all of these training recipes share.

    Attributes:
        size: Size of the networks.
        learn: Seed of the simulated world to learn from.
        check: Seed of the simulated world to look at.
        clips: Clips to learn from.
        check_clips: Clips to look at.
        sample_every: Steps between sample sheets, of what has a picture; 0 for none.
    """

    size: Literal["mini", "tiny"]
    learn: int
    check: int
    clips: Some
    check_clips: Some
    sample_every: Whole = 0

    @property
    def geometry(self) -> Geometry:
        """Sizes of the networks."""
        return GEOMETRIES[self.size]


class CavpSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of the trainer `cavp`.

    Attributes:
        frames: Pictures of a segment.
        segments: Segments of a clip, which are contrasted with each other.
        temporal: Weight of that contrast beside the one with other clips.
        kinds: Whether clips of one label are no contrast. A world has few labels, so that a batch
            holds several clips of each; the paper's videos are of so many kinds that it need not
            ask.
    """

    frames: Annotated[int, msgspec.Meta(ge=2, le=20)]
    segments: Annotated[int, msgspec.Meta(ge=2, le=8)]
    temporal: Positive
    kinds: bool


class VaeSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of the trainer `diff-foley-vae`.

    Attributes:
        columns: Mel frames of the stretches that are learnt from, in eights.
        divergence: Weight of the divergence of latents from the normal distribution.
        texture: Weight of how much smoother or rougher what is decoded is.
    """

    columns: Annotated[int, msgspec.Meta(ge=16, le=512, multiple_of=8)]
    divergence: Positive
    texture: Scale = 0.0


class LatentSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of what learns from features and latents.

    Attributes:
        cavp: File of the features' network.
        vae: File of the autoencoder.
    """

    cavp: str
    vae: str


class DenoiserSettings(LatentSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of the trainer `diff-foley`.

    Attributes:
        drop: Share of clips of which nothing is told, for guidance.
        min_snr: Greatest signal-to-noise ratio that counts (Hang et al., arXiv 2303.09556); 0 for
            the plain mean of the paper.
        late: A time's likelihood grows with this power of it: 0 for all alike.
    """

    drop: Share
    min_snr: Scale
    late: Scale = 0.0


class ClassifierSettings(LatentSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of the trainer `diff-foley-classifier`.

    Attributes:
        shift: Pictures, least, by which sound and pictures of a shifted pair are apart.
    """

    shift: Annotated[int, msgspec.Meta(ge=1, le=7)]
