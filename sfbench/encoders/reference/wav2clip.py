"""Wav2CLIP as the package wav2clip computes it.

The package normalises all sounds of a call together; so it is called for each sound alone, or, as
`wav2clip-zscore-batch`, for all at once.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor, nn

from sfbench.encoders.checkpoints import WAV2CLIP, read_checkpoint
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.reference.extractor import ReferenceExtractor
from sfbench.encoders.reference.upstream import signed, upstream
from sfbench.encoders.wav2clip import RATE, WIDTH
from sfbench.errors import SfbenchError

_SHORTEST = 257  # samples; the spectrum mirrors 256 at either end


def open_wav2clip(device: str) -> ReferenceExtractor:
    """Return the extractor that asks the package for each sound alone.

    Raises:
        SfbenchError: The package or the weights are not on this machine, or do not fit.
    """
    return wav2clip(_published().to(device))


def open_wav2clip_zscore_batch(device: str) -> ReferenceExtractor:
    """Return the extractor that asks the package for all sounds of a call at once.

    Raises:
        SfbenchError: The package or the weights are not on this machine, or do not fit.
    """
    return wav2clip(_published().to(device), whole_batch=True)


def wav2clip_network(state: Mapping[str, Tensor]) -> nn.Module:
    """Return the package's network with the tensors of the published layout.

    Raises:
        SfbenchError: The package is missing, or a tensor is missing, unknown or of another shape.
    """
    make = upstream("wav2clip.model.encoder").ResNetExtractor
    try:
        network: nn.Module = make(checkpoint=dict(state), scenario="frozen", transform=True)
    except RuntimeError as error:
        raise SfbenchError(
            f"the weights do not fit Wav2CLIP: {' '.join(str(error).split())[:300]}"
        ) from None
    return network.eval().requires_grad_(False)


def wav2clip(network: nn.Module, *, whole_batch: bool = False) -> ReferenceExtractor:
    """Return the extractor over a network that is filled."""
    package = upstream("wav2clip")

    def together(sounds: Sequence[Samples]) -> list[Outputs]:
        if len({len(sound) for sound in sounds}) > 1:
            raise ValueError("sounds differ in length; one z-score for all needs one length")
        rows: Samples = package.embed_audio(np.stack(sounds), network)
        return [{"embedding": row[None]} for row in rows]

    def each(sounds: Sequence[Samples]) -> list[Outputs]:
        return [together([sound])[0] for sound in sounds]

    scope = "batch" if whole_batch else "sample"
    return ReferenceExtractor(
        name="wav2clip-zscore-batch" if whole_batch else "wav2clip",
        signature=signed(f"wav2clip-v0.1.0-alpha-16k|zscore-{scope}|{WIDTH}d", "wav2clip"),
        rate=RATE,
        outputs={"embedding": WIDTH},
        shortest=_SHORTEST,
        embed=together if whole_batch else each,
    )


def _published() -> nn.Module:
    upstream("wav2clip")  # a missing package is told before missing weights
    return wav2clip_network(read_checkpoint(WAV2CLIP))
