"""What the training of a part depends on."""

from typing import Literal

from sfbench.model.smooth_foley.settings import Settings as NetworkSettings
from sfbench.model.training.pace import Count, Pace, Positive, Scale, Share, Whole


class Settings(Pace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings that the training recipes of all parts share.

    Attributes:
        networks: What the training begins from: settings of the generator `smooth-foley`, which
            afterwards takes the trained file under the same settings.
        data: A dataset folder, the table of events of AudioSet-strong, a `.tsv` file, or
            `simulated:SEED`: good clips of a simulated world, which are drawn and never written.
        clips: How many of a simulated world.
        split: Which clips of a dataset folder; `all` for every split.
        media: Folder of `<segment id>.<suffix>`, for AudioSet-strong.
        names: Table of the names of AudioSet's labels, `.tsv`, for AudioSet-strong.
        check_share: Share of the recordings that are not learnt from but looked at.
        check_clips: Clips that are looked at, at most.
        anew: Whether the part begins with first values of its own, whatever the networks hold.
        half: Whether kernels, matrices and embeddings are stored in half precision.
        warm_up: Steps in which the step width grows.
        cool_down: Steps at the end in which it shrinks to nothing.
        weight_decay: Weight decay of AdamW.
        checkpointing: Whether activations are computed again instead of kept.
    """

    networks: NetworkSettings
    data: str
    clips: Count = 1000
    split: str = "train"
    media: str = ""
    names: str = ""
    check_share: Share = 0.05
    check_clips: Count = 64
    seed: Whole = 0
    anew: bool = False
    half: bool = False
    warm_up: Whole = 0
    cool_down: Whole = 0
    weight_decay: Scale = 0.01
    checkpointing: bool = False


class DenoisingSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of parts that learn to predict noise.

    Attributes:
        drop_text: Share of clips whose text is left out, for guidance.
        min_snr: Greatest signal-to-noise ratio that counts (Hang et al., arXiv 2303.09556); 0 for
            the plain mean of the paper's equation 3.
        late: Power by which late, noisy times are likelier; 0 for all alike.
        learn_text: Whether the text encoder learns together with the base model.
        sample_every: Steps between sample sheets; 0 for none.
        sample_clips: Clips on a sheet.
    """

    drop_text: Share = 0.05
    min_snr: Scale = 0.0
    late: Scale = 0.0
    learn_text: bool = False
    sample_every: Whole = 0
    sample_clips: Count = 4


class FrameSettings(DenoisingSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of the trainer `frame-adapter`.

    Attributes:
        learn: Whether `keys-values` learn as in section II-B2, the `projection`, or `both`.
        first: Whether keys and values begin as the `adapter`'s, or as those of the `text`.
        drop_image: Share of clips whose pictures are left out, for guidance.
        drop_both: Share of clips of which both are left out.
    """

    learn: Literal["keys-values", "projection", "both"] = "keys-values"
    first: Literal["adapter", "text"] = "adapter"
    drop_image: Share = 0.05
    drop_both: Share = 0.05


class ProjectionSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of the trainer `label-projection`.

    Attributes:
        sharpness: Factor on how far a cosine lies from the threshold.
        silence: Weight of a picture at which its label is silent, beside one where it sounds.
    """

    sharpness: Positive = 20.0
    silence: Positive = 1.0


class AutoencoderSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of the trainer `autoencoder`.

    Attributes:
        columns: Columns of the mel image that are seen at once while it learns.
        narrow: Weight of the divergence of latents from the normal distribution.
        learn: What learns; with the `decoder` alone latents stay what they were, and so do the
            networks that were trained on them.
        texture: Weight of how much rougher or smoother decoded mel images are than true ones.
    """

    columns: Count = 128
    narrow: Scale = 1e-6
    learn: Literal["both", "decoder"] = "both"
    texture: Scale = 0.0


class DetectorSettings(Settings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of the trainer `onset-detector`.

    Attributes:
        pictures: Pictures of a clip that are seen at once while it learns.
    """

    pictures: Count = 16
