"""What an extractor is, of sounds or of frames, and the tables of both."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sfbench.catalog import Catalog
from sfbench.media.picture import Frames, Keep

Samples = NDArray[np.float32]  # [n], mono, full scale at -1 and 1
Outputs = dict[str, NDArray[np.float32]]  # output name -> [rows, width]


class Extractor(Protocol):
    """Turns sounds into embeddings; the companions of a batch never change an answer.

    Attributes:
        name: Name of the extractor.
        signature: Network, checkpoint, rate, pooling and width: all that the numbers depend on.
        rate: Sample rate that it wants, in Hz.
        outputs: Width by name of output, for example `{"embedding": 2048, "logits": 527}`.
    """

    name: str
    signature: str
    rate: int
    outputs: Mapping[str, int]

    def __call__(self, sounds: Sequence[Samples]) -> list[Outputs]:
        """Return for each sound, [n] at `rate`, its outputs, [rows, width] each.

        Raises:
            ClipError: A sound is shorter than the network can hear.
        """
        ...


ExtractorMaker = Callable[[str], Extractor]  # device ("cpu", "cuda", …) -> extractor

extractors: Catalog[ExtractorMaker] = Catalog(
    "extractor",
    {
        "cnn14-16k": "sfbench.encoders.cnn14:open_cnn14_16k",
        "cnn14-32k": "sfbench.encoders.cnn14:open_cnn14_32k",
        "mel": "sfbench.encoders.mel:open_mel",
        "melception": "sfbench.encoders.melception:open_melception",
        "onsets": "sfbench.encoders.onsets:open_onsets",
        "passt": "sfbench.encoders.passt:open_passt",
        "vggish": "sfbench.encoders.vggish:open_vggish",
        "clap": "sfbench.encoders.clap.sound:open_clap",
        "clap-int16": "sfbench.encoders.clap.sound:open_clap_int16",
        "wav2clip": "sfbench.encoders.wav2clip:open_wav2clip",
        "wav2clip-zscore-batch": "sfbench.encoders.wav2clip:open_wav2clip_zscore_batch",
        "mini-clap": "sfbench.encoders.mini.sounds:open_mini_clap",
        "mini-panns": "sfbench.encoders.mini.sounds:open_mini_panns",
        "mini-vggish": "sfbench.encoders.mini.sounds:open_mini_vggish",
        "mini-wav2clip": "sfbench.encoders.mini.sounds:open_mini_wav2clip",
    },
    group="sfbench.extractors",
)

WEIGHTLESS = frozenset({"mel", "onsets"})
"""Extractors that are arithmetic alone and run without torch."""


class FrameExtractor(Protocol):
    """Turns pictures into embeddings; the companions of a batch never change an answer.

    Attributes:
        name: Name of the extractor.
        signature: Network, checkpoint, scaling and width: all that the numbers depend on.
        outputs: Width by name of output.
        keep: What it looks at of a picture. Whoever decodes a video may keep that alone: the
            answer is the same. A module-level function, sent to worker processes.
    """

    name: str
    signature: str
    outputs: Mapping[str, int]
    keep: Keep

    def __call__(self, videos: Sequence[Frames]) -> list[Outputs]:
        """Return for each sequence of frames, [T, H, W, 3], its outputs, [T, width] each."""
        ...


FrameExtractorMaker = Callable[[str], FrameExtractor]  # device -> extractor

frame_extractors: Catalog[FrameExtractorMaker] = Catalog(
    "frame extractor",
    {
        "clip-vit-b-32": "sfbench.encoders.clip.towers:open_clip_vit_b_32",
        "clip-vit-h-14": "sfbench.encoders.clip.towers:open_clip_vit_h_14",
        "mini-clip": "sfbench.encoders.mini.clip:open_mini_clip",
    },
    group="sfbench.frame_extractors",
)

reference_extractors: Catalog[ExtractorMaker] = Catalog(
    "reference extractor",
    {
        "cnn14-16k": "sfbench.encoders.reference.cnn14:open_cnn14_16k",
        "cnn14-32k": "sfbench.encoders.reference.cnn14:open_cnn14_32k",
        "vggish": "sfbench.encoders.reference.vggish:open_vggish",
        "clap": "sfbench.encoders.reference.clap:open_clap",
        "clap-int16": "sfbench.encoders.reference.clap:open_clap_int16",
        "wav2clip": "sfbench.encoders.reference.wav2clip:open_wav2clip",
        "wav2clip-zscore-batch": "sfbench.encoders.reference.wav2clip:open_wav2clip_zscore_batch",
    },
    group="sfbench.reference_extractors",
)
"""Extractors of the same names whose numbers the packages compute that published the networks."""

reference_frame_extractors: Catalog[FrameExtractorMaker] = Catalog(
    "reference frame extractor",
    {
        "clip-vit-b-32": "sfbench.encoders.reference.clip:open_clip_vit_b_32",
        "clip-vit-h-14": "sfbench.encoders.reference.clip:open_clip_vit_h_14",
    },
    group="sfbench.reference_frame_extractors",
)
