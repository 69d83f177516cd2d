"""Each extractor in our code and in the package's, with the same random weights in both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sfbench.encoders import cnn14 as our_cnn14
from sfbench.encoders.clap.sound import Clap, clap_network
from sfbench.encoders.clip import vit
from sfbench.encoders.clip.towers import IMAGE_B_32, IMAGE_H_14
from sfbench.encoders.clip.towers import clip_vit_b_32 as our_vit_b_32
from sfbench.encoders.clip.towers import clip_vit_h_14 as our_vit_h_14
from sfbench.encoders.extractor import Outputs
from sfbench.encoders.reference import clap, clip, cnn14, vggish, wav2clip
from sfbench.encoders.reference.upstream import loaded
from sfbench.encoders.vggish import Vggish
from sfbench.encoders.vggish import vggish_network as our_vggish_network
from sfbench.encoders.wav2clip import Wav2Clip
from sfbench.encoders.wav2clip import wav2clip_network as our_wav2clip_network
from tests.encoders.difference import difference
from tests.golden import rule

State = dict[str, torch.Tensor]
Computes = Callable[[Sequence[NDArray[Any]]], list[Outputs]]

FIXED = ("extractor.", "melW", "attn_mask", "relative_position_index")
"""Parts of the names of buffers that are no weights: the package's own stay."""


@dataclass(frozen=True)
class Both:
    """An extractor, twice, and what to ask both."""

    ours: Computes
    theirs: Computes
    inputs: Sequence[NDArray[Any]]

    def difference(self) -> float:
        """Return the largest difference of any output, over the package's largest magnitude."""
        answers = zip(self.ours(self.inputs), self.theirs(self.inputs), strict=True)
        return max(
            difference(mine[name], package[name])
            for mine, package in answers
            for name in package.keys() | mine.keys()
        )


def weights(golden: str, network: torch.nn.Module | None = None) -> State:
    """Return weights made by rule in the published layout.

    Args:
        golden: Name of the layout among the golden vectors.
        network: The package's, whose fixed buffers are kept.
    """
    own = network.state_dict() if network else {}
    kept = {
        name: value.numpy() for name, value in own.items() if any(part in name for part in FIXED)
    }
    state = rule.state(str(rule.vectors(golden)["salt"]), rule.keys(golden), kept)
    return {name: torch.from_numpy(value) for name, value in state.items()}


def sounds(rate: int, lengths: Sequence[float]) -> list[NDArray[np.float32]]:
    """Return sounds of those lengths, in seconds, every other one ten times quieter."""
    waves = [rule.sound(rule.wave(seed, rate, each)) for seed, each in enumerate(lengths)]
    return [wave * np.float32(0.1 if index % 2 else 1) for index, wave in enumerate(waves)]


def videos(shapes: Sequence[tuple[int, int]], frames: int = 2) -> list[NDArray[np.uint8]]:
    """Return videos of a few frames, of those heights and widths."""
    return [np.stack([rule.image(seed, *shape) for seed in range(frames)]) for shape in shapes]


def both_vggish() -> Both:
    state = weights("vggish")
    theirs = vggish.vggish(loaded(vggish.vggish_network(), state))
    return Both(Vggish(our_vggish_network(state)), theirs, sounds(16_000, (10, 0.975, 3.3)))


def both_cnn14(variant: cnn14.Variant) -> Both:
    network = cnn14.cnn14_network(variant)
    state = weights(f"panns-{variant.name}", network)
    theirs = cnn14.cnn14(loaded(network, state), variant)
    own = our_cnn14.cnn14_network(state, variant.rate)
    ours = our_cnn14.Cnn14(own, "cpu", variant.name, "", variant.rate)
    return Both(ours, theirs, sounds(variant.rate, (10, 3.3, 0.31)))


def both_clap(*, int16: bool) -> Both:
    module = clap.clap_module()
    state = weights("laion-clap", module.get_submodule("model"))
    theirs = clap.clap(clap.filled(module, state), int16=int16)
    heard = sounds(48_000, (10, 7, 3.3, 0.5, 12))
    return Both(Clap(clap_network(state), int16=int16), theirs, heard)


def both_wav2clip(*, whole_batch: bool) -> Both:
    kept = {"audio_encoder.spectrogram.window": torch.hann_window(512)}
    state = weights("wav2clip") | kept
    theirs = wav2clip.wav2clip(wav2clip.wav2clip_network(state), whole_batch=whole_batch)
    ours = Wav2Clip(our_wav2clip_network(state), whole_batch=whole_batch)
    return Both(ours, theirs, sounds(16_000, (5, 5) if whole_batch else (5, 10, 0.1)))


def both_vit_b_32() -> Both:
    state = weights("clip-vit-b-32")
    ours = our_vit_b_32(vit.image_tower(state, IMAGE_B_32, patch=32))
    theirs = clip.clip_vit_b_32(clip.image_tower(clip.VIT_B_32, state))
    return Both(ours, theirs, videos([(224, 224), (360, 640), (480, 301)]))


def both_vit_h_14() -> Both:
    state = weights("clip-vit-h-14")
    ours = our_vit_h_14(vit.image_tower(state, IMAGE_H_14, patch=14))
    theirs = clip.clip_vit_h_14(clip.image_tower(clip.VIT_H_14, state))
    return Both(ours, theirs, videos([(360, 640), (224, 224)], frames=1))


PAIRS: Mapping[str, Callable[[], Both]] = {
    "vggish": both_vggish,
    "cnn14-32k": lambda: both_cnn14(cnn14.AT_32K),
    "cnn14-16k": lambda: both_cnn14(cnn14.AT_16K),
    "clap": lambda: both_clap(int16=False),
    "clap-int16": lambda: both_clap(int16=True),
    "wav2clip": lambda: both_wav2clip(whole_batch=False),
    "wav2clip-zscore-batch": lambda: both_wav2clip(whole_batch=True),
    "clip-vit-b-32": both_vit_b_32,
    "clip-vit-h-14": both_vit_h_14,
}
