"""What can be set of Smooth-Foley, and so of FoleyCrafter, its special case."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from sfbench.benchmark_files import benchmark_folder
from sfbench.model.foleycrafter.condition import Clock

Positive = Annotated[float, msgspec.Meta(gt=0)]
Scale = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the paper leaves open has its default here; docs/smooth-foley.md gives the reasons.

    Attributes:
        weights: `published`; `mini` for those of `model/mini/`, which this project trained on its
            simulated world; or `random` by a rule from a seed, for tests.
        size: Sizes of networks that are not published: those of the published ones, or `mini` or
            `tiny` ones of the same classes.
        mini: Folder of the mini weights; empty for those that come with sfbench.
        base: File of a UNet to use instead of Auffusion's; tensors called `text_encoder.…` in it
            are used instead of its text encoder's.
        autoencoder: File of an autoencoder to use instead of Auffusion's.
        frame_adapter: File in IP-Adapter's layout to use instead of FoleyCrafter's.
        temporal_adapter: File of a ControlNet to use instead of FoleyCrafter's.
        label_projection: File of a trained projection for the similarity; empty for none.
        detector: File of a detector to use instead of FoleyCrafter's.
        seconds: How much of a clip is looked at and given sound.
        fps: Pictures that are looked at, for each second.
        frames: Pictures that are looked at, spread over the clip, instead of `fps`; 0 for `fps`.
        embedding: `frames` tells the network of every picture, `mean` of their mean.
        mean_of_every: The mean is of every so-many-th picture.
        tokens: Tokens for each picture.
        time_encoding: `none` as in the paper's equation 2, which is blind to order; `mask` lets
            each column of the latent picture attend to the pictures of its time; `posemb` adds
            sinusoids of their time to the tokens.
        frame_scale: Weight of the attention to pictures, the paper's λ.
        timing: When it sounds, as told to the temporal adapter: where the `label` is seen, by the
            `detector` of FoleyCrafter, or `none`.
        temporal_scale: Weight of the temporal adapter.
        clock: Columns of the condition: 100 a second as the `mel` image has, or 102.4 as
            `foleycrafter` paints.
        threshold: Similarity, or probability, from which on it sounds.
        matching_cosine: Raw cosine that counts as a similarity of 0.5 while no projection is
            trained.
        steady: Seconds, around each picture, of which its similarity is the median; 0 for its own.
        label_template: Text that is compared with pictures; `{label}` is replaced.
        detector_mode: `train` as FoleyCrafter runs it, with each clip's own statistics, or `eval`.
        detector_range: What full brightness is to the detector: 255 as FoleyCrafter has it, or 1.
        detector_antialias: Whether pictures are averaged when made small for the detector.
        prompt: What the text encoder reads: the `label`, or nothing (`empty`).
        guidance: Weight of classifier-free guidance.
        steps: Steps of the scheduler.
        scheduler: `checkpoint` for the one of the base model, or another.
        noise: Whether each `clip` has noise of its own, or the `folder` one generator, drawn from
            in the order of ids, as FoleyCrafter does.
        folder_seed: Seed of that one generator.
        dtype: Precision of the denoising networks; `auto` is float16 on CUDA, else float32.
        compile: Whether torch compiles the denoising networks.
    """

    weights: Literal["published", "mini", "random"] = "published"
    size: Literal["published", "mini", "tiny"] = "published"
    mini: str = ""
    base: str = ""
    autoencoder: str = ""
    frame_adapter: str = ""
    temporal_adapter: str = ""
    label_projection: str = ""
    detector: str = ""
    seconds: Annotated[float, msgspec.Meta(gt=0, le=10.24)] = 10.0
    fps: Positive = 15.0
    frames: Annotated[int, msgspec.Meta(ge=0)] = 0
    embedding: Literal["frames", "mean"] = "frames"
    mean_of_every: Count = 1
    tokens: Count = 4
    time_encoding: Literal["none", "mask", "posemb"] = "none"
    frame_scale: Scale = 1.0
    timing: Literal["label", "detector", "none"] = "label"
    temporal_scale: Scale = 0.2
    clock: Clock = "mel"
    threshold: float = 0.5
    matching_cosine: Positive = 0.2
    steady: Annotated[float, msgspec.Meta(ge=0, le=10.24)] = 0.0
    label_template: str = "{label}"
    detector_mode: Literal["train", "eval"] = "eval"
    detector_range: Literal[1, 255] = 1
    detector_antialias: bool = True
    prompt: Literal["label", "empty"] = "label"
    guidance: Scale = 7.5
    steps: Count = 25
    scheduler: Literal["checkpoint", "pndm", "ddim", "dpm-solver++", "euler"] = "checkpoint"
    noise: Literal["clip", "folder"] = "clip"
    folder_seed: int = 42
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    compile: bool = False

    @property
    def mini_folder(self) -> Path:
        """Where the mini weights are."""
        return Path(self.mini) if self.mini else benchmark_folder("model") / "mini"

    @property
    def needs_label(self) -> bool:
        """Whether a clip without a label cannot be answered."""
        return self.prompt == "label" or self.timing == "label"
